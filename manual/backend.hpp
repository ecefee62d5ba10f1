// The hand-written twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::manual {

const Backend& backend();

/// The same with Eigen's own matrix products in place of BLAS: what the hand pays for doing without a library
/// of kernels.
const Backend& eigen_backend();

/// The same layers in sizes that the compiler knows: XOR's 2-4-1 in batches of four. Any other network is a
/// UsageError, any other batch a ShapeError.
const Backend& fixed_backend();

}  // namespace twin::manual
