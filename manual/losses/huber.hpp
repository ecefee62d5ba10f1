// Huber's loss (torch.nn.HuberLoss; Huber 1964, "Robust Estimation of a Location Parameter"): a parabola near
// the target, a straight line further off.
//
//   forward    d   = y - t
//              L   = mean of d²/2                where |d| < δ              over all N·F elements
//                            δ·(|d| - δ/2)       elsewhere
//
//   backward   d_y = d / (N·F)                   where |d| < δ
//                    δ·sign(d) / (N·F)           elsewhere
//
//   The pieces are one formula each way: with c = min(|d|, δ), L = mean of c·(|d| - c/2), and
//   d_y = max(-δ, min(δ, d)) / (N·F): the gradient of the squared error, limited. So no branch is taken, and
//   none is needed for the gradient: where |d| = δ the pieces meet with the same slope δ. The factor δ of the
//   straight line sees to it. Reduction "sum" leaves 1/(N·F) out.
//
//   caches     d (N×F)
//
//   accuracy   L within 2 ULP of the exact value of 64×129 elements (seen: 0.8)
#pragma once

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/huber.hpp"

namespace twin::manual {

template <typename Scalar>
class HuberLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(c·(|y-t| - c/2)), c = min(|y-t|, δ)";
  static constexpr const char* backward_formula = "error = max(-δ, min(δ, y-t)) / (N·F)";

  explicit HuberLoss(const HuberLossSpec& spec) : delta_(spec.delta), reduction_(spec.reduction) {}

  /// y, t: N×F. Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "HuberLoss::forward targets");
    difference_ = y.array() - t.array();
    distance_ = difference_.abs();
    curved_ = distance_.min(delta());
    losses_ = curved_ * (distance_ - curved_ * Scalar(0.5));
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(reduction_, y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = difference_.min(delta()).max(-delta()) / Scalar(divisor(reduction_, difference_.size()));
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  Scalar delta() const { return Scalar(delta_); }

  double delta_;
  Reduction reduction_;
  Elements difference_, distance_, curved_, losses_;  // N×F
  Matrix<Scalar> d_y_;                                // N×F
};

}  // namespace twin::manual
