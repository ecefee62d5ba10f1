// The idx format of MNIST and its successors (LeCun, Cortes, Burges, "The MNIST database"): two zero bytes, a
// type (0x08: unsigned byte), the number of dimensions, each dimension as a big-endian uint32, then the
// values.
#pragma once

#include <filesystem>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// Reads an idx file of unsigned bytes, gzipped or not. The tensor bears the file's name. Throws DataError
/// unless the file holds exactly `dimensions` dimensions, none of them 0, exactly the values they announce
/// and nothing behind.
Tensor read_idx(const std::filesystem::path& path, int dimensions);

}  // namespace twin
