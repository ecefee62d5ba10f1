// NumPy's own formats (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). A .npy file
// is one array: "\x93NUMPY", two bytes of version, the length of the header, the header as a Python
// dictionary ({'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }), the values. A .npz file is a zip
// archive of them, stored or deflated.
#pragma once

#include <filesystem>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// The array, row-major however the file holds it, named after the file without ".npy". float64, float32,
/// int64 and uint8 as they are; float16 becomes float32; other integers up to 32 bits and booleans become
/// int64, all exactly. Throws DataError naming the fault when the file is missing or damaged, holds another
/// dtype (big-endian, complex, objects, bfloat16), or more than one array.
Tensor read_npy(const std::filesystem::path& path);

/// The arrays in the order of the archive, named without their ".npy". Throws DataError as above, naming the
/// array; and when something else lies in the archive, or a checksum is wrong.
NamedTensors read_npz(const std::filesystem::path& path);

/// As numpy.savez writes it: every tensor under its name, not compressed. Throws OutputError, and leaves what
/// stood at `path` as it was, when it cannot be written. Precondition: there is a tensor.
void write_npz(const std::filesystem::path& path, const NamedTensors& tensors);

}  // namespace twin
