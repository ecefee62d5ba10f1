// Named tensors from whatever file they were saved in.
#pragma once

#include <filesystem>

#include "shared/tensors/tensor.hpp"

namespace twin {

enum class TensorFormat { safetensors, npz, npy };

/// By the first bytes of the file, whatever its name. Throws DataError when it cannot be read, or is none of
/// them.
TensorFormat format_of(const std::filesystem::path& path);

/// A .npy file gives one tensor, named after the file. Throws DataError (safetensors.hpp, npy.hpp).
NamedTensors read_tensors(const std::filesystem::path& path);

}  // namespace twin
