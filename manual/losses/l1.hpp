// Mean absolute error (torch.nn.L1Loss; Hastie, Tibshirani, Friedman 2009, "The Elements of Statistical
// Learning", 10.6).
//
//   forward    L   = mean(|y - t|)            over all N·F elements
//
//   backward   d_y = sign(y - t) / (N·F)      sign(0) = 0: of the slopes -1 and 1 on either side of the kink,
//                                             PyTorch takes the middle
//
//   Reduction "sum" leaves 1/(N·F) out, both ways.
//
//   caches     sign(y - t) (N×F)
//
//   accuracy   L within 2 ULP of the exact value of 256×2048 elements (seen: 0.5)
#pragma once

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/losses/l1.hpp"

namespace twin::manual {

template <typename Scalar>
class L1Loss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(|y - t|)";
  static constexpr const char* backward_formula = "error = sign(y - t) / (N·F)";

  explicit L1Loss(const L1LossSpec& spec) : reduction_(spec.reduction) {}

  /// y, t: N×F. Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "L1Loss::forward targets");
    sign_ = y.binaryExpr(t, [](const Scalar& a, const Scalar& b) {
      const bool above = decide_above(a, b), below = decide_above(b, a);
      return above ? Scalar(1) : below ? Scalar(-1) : Scalar(0);
    });
    const Wider<Scalar> sum = (y - t).array().abs().template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(reduction_, y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = sign_ / Scalar(divisor(reduction_, sign_.size()));
    return d_y_;
  }

 private:
  Reduction reduction_;
  Matrix<Scalar> sign_, d_y_;  // N×F
};

}  // namespace twin::manual
