// The hand-written twin once more, with Eigen's own matrix products in place of BLAS: what the hand pays for
// doing without a library of kernels. It is the same code, built into a shared library that keeps its
// templates to itself: two versions of them cannot live in one program otherwise.
#pragma once

#include "shared/network.hpp"

namespace twin::manual {

__attribute__((visibility("default"))) const Backend& eigen_backend();

}  // namespace twin::manual
