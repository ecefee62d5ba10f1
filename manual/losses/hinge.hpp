// Hinge loss (Cortes and Vapnik 1995, "Support-vector networks"; Hastie, Tibshirani, Friedman 2009, "The
// Elements of Statistical Learning", 12.3.2). PyTorch has no module for it.
//
//   forward    L   = mean(max(0, 1 - t·y))            over all N·F elements; t is 1 or -1
//
//   backward   d_y = -t / (N·F)    where t·y < 1      inside the margin, also where the sign is right already
//                    0             elsewhere          at the kink, t·y = 1, too: as ReLU'(0) = 0
//
//   caches     views on y and t (N×F)
//
//   accuracy   L within 2 ULP of the exact value of 256×2048 elements
#pragma once

#include "manual/activation.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/hinge.hpp"

namespace twin::manual {

template <typename Scalar>
class HingeLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(max(0, 1 - t·y))";
  static constexpr const char* backward_formula = "error = -t·[t·y < 1] / (N·F)";

  explicit HingeLoss(const HingeLossSpec&) {}

  /// y, t: N×F, unchanged until backward(). Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "HingeLoss::forward targets");
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    t_ = {t.data(), y_.extents()};
    const auto losses = (Scalar(1) - t.array() * y.array()).max(Scalar(0));
    const Wider<Scalar> sum = losses.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y_.size()));
    d_y_ = y_.as_matrix().binaryExpr(t_.as_matrix(), [&](const Scalar& y, const Scalar& t) {
      const bool within = decide_above(Scalar(1), t > Scalar(0) ? y : Scalar(-y));
      return within ? Scalar(-t * share) : Scalar(0);
    });
    return d_y_;
  }

 private:
  Activation<Scalar> y_, t_;  // N×F
  Matrix<Scalar> d_y_;        // N×F
};

}  // namespace twin::manual
