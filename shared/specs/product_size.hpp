// The matrix products that a layer is made of, as far as their sizes go: what its arithmetic is counted by,
// and what a benchmark runs beside it.
#pragma once

#include <cstdint>

namespace twin {

/// m×n, with k products in each sum. The way back has two of the same arithmetic for it: n×k with m (the
/// gradient of the weights) and m×k with n (that of the inputs).
struct ProductSize {
  std::int64_t m, n, k;
  /// A multiplication and an addition counted as two.
  double flops() const {
    return 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  }
};

}  // namespace twin
