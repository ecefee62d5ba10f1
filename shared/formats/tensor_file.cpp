#include "shared/formats/tensor_file.hpp"

#include <algorithm>

#include "shared/formats/npy.hpp"
#include "shared/formats/safetensors.hpp"
#include "shared/formats/stored_tensor.hpp"

namespace twin {

TensorFormat format_of(const std::filesystem::path& path) {
  FileSource source(path);
  constexpr std::uint64_t kLengthBytes = 8;  // of a safetensors file, before its "{"
  const std::string start = source.read_text(std::min(source.left(), kLengthBytes + 1));
  if (start.starts_with("\x93NUMPY")) return TensorFormat::npy;
  for (const char* signature : {"PK\3\4", "PK\5\6"})  // with members, without
    if (start.starts_with(signature)) return TensorFormat::npz;
  if (start.size() > kLengthBytes && start.back() == '{') return TensorFormat::safetensors;
  source.refuse("this is no safetensors, npz or npy file",
                "save the gradients with safetensors.torch.save_file or numpy.savez");
}

NamedTensors read_tensors(const std::filesystem::path& path) {
  const TensorFormat format = format_of(path);
  if (format == TensorFormat::safetensors) return read_safetensors(path);
  if (format == TensorFormat::npz) return read_npz(path);
  NamedTensors tensors;
  tensors.add(read_npy(path));
  return tensors;
}

}  // namespace twin
