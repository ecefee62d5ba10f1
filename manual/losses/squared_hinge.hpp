// Squared hinge loss (Hastie, Tibshirani, Friedman 2009, "The Elements of Statistical Learning", table 12.1).
// PyTorch has no module for it.
//
//   forward    L   = mean(max(0, 1 - t·y)²)               over all N·F elements; t is 1 or -1
//
//   backward   d_y = -2·t·max(0, 1 - t·y) / (N·F)         the square's derivative, 2·max(…), times that of
//                                                         its base, -t; beyond the margin the base is 0
//
//   The gradient has no jump: at t·y = 1 it is 0 from both sides.
//
//   caches     views on y and t (N×F)
#pragma once

#include "manual/activation.hpp"
#include "shared/errors.hpp"
#include "shared/losses/squared_hinge.hpp"

namespace twin::manual {

template <typename Scalar>
class SquaredHingeLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(max(0, 1 - t·y)²)";
  static constexpr const char* backward_formula = "error = -2·t·max(0, 1 - t·y) / (N·F)";

  explicit SquaredHingeLoss(const SquaredHingeLossSpec&) {}

  /// y, t: N×F, unchanged until backward(). Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "SquaredHingeLoss::forward targets");
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    t_ = {t.data(), y_.extents()};
    const auto lacking = (Scalar(1) - t.array() * y.array()).max(Scalar(0));
    const Wider<Scalar> sum = lacking.template cast<Wider<Scalar>>().square().sum();
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    const auto y = y_.as_matrix(), t = t_.as_matrix();
    const Scalar scale = Scalar(-2) / Scalar(static_cast<double>(y.size()));
    d_y_ = (Scalar(1) - t.array() * y.array()).max(Scalar(0)) * t.array() * scale;
    return d_y_;
  }

 private:
  Activation<Scalar> y_, t_;  // N×F
  Matrix<Scalar> d_y_;        // N×F
};

}  // namespace twin::manual
