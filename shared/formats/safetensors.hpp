// The safetensors format (https://huggingface.co/docs/safetensors): the length of the header as a
// little-endian uint64; the header, a JSON object of {"name": {"dtype": "F32", "shape": [2, 3],
// "data_offsets": [begin, end]}}, where "__metadata__" is no tensor; then the values, row-major and
// little-endian, each tensor from `begin` to `end` behind the header, without gaps.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// The tensors in the order of their values. F64, F32, I64 and U8 as they are; F16 and BF16 become float32;
/// I8, I16, I32, U16, U32 and BOOL become int64, all exactly. Throws DataError naming the tensor and the
/// fault when the file is missing or damaged, holds another dtype, or holds a byte that belongs to no tensor.
NamedTensors read_safetensors(const std::filesystem::path& path);

struct WithMetadata {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;  // empty when the file holds none
};
/// Throws as read_safetensors() does, and DataError when the metadata are anything but texts.
WithMetadata read_safetensors_with_metadata(const std::filesystem::path& path);

/// The whole file, to be written with AtomicFile. Tensors with wider elements stand first, so that every
/// value is aligned, as readers that map the file expect; otherwise they keep their order. Throws ShapeError
/// when a name or a text of the metadata cannot stand in the header: it is "__metadata__" or no UTF-8.
std::string safetensors_bytes(const NamedTensors& tensors,
                              const std::map<std::string, std::string>& metadata = {});

}  // namespace twin
