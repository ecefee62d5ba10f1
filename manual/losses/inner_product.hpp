// The sum of outputs times targets: a loss whose gradient by the outputs is whatever a test wants it to be.
//
//   forward    L   = sum(y · t)         over all N·F elements
//
//   backward   d_y = t
//
//   caches     t (N×F)
#pragma once

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/inner_product.hpp"

namespace twin::manual {

template <typename Scalar>
class InnerProductLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = Σ(y·t)";
  static constexpr const char* backward_formula = "error = t";

  explicit InnerProductLoss(const InnerProductLossSpec&) {}

  /// y, t: N×F. Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "InnerProductLoss::forward targets");
    d_y_ = t;
    return y.cwiseProduct(t).sum();
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() { return d_y_; }

 private:
  Matrix<Scalar> d_y_;  // N×F
};

}  // namespace twin::manual
