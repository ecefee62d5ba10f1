// Logistic loss on targets 1 and -1 (torch.nn.SoftMarginLoss, reduction "mean"; Hastie, Tibshirani, Friedman
// 2009, "The Elements of Statistical Learning", 10.6).
//
//   forward    L   = mean(log(1 + exp(-m)))                  m = t·y, over all N·F elements; t is 1 or -1
//                  = mean(max(0, -m) + log(1 + exp(-|m|)))
//
//   backward   d_y = -t·σ(-m) / (N·F)
//                    σ(-m) = exp(-|m|) / (1 + exp(-|m|))     where m >= 0
//                            1 / (1 + exp(-|m|))             where m < 0
//
//   The first line is the definition, and what LibTorch computes: in float32, exp(-m) overflows where
//   m < -88, and yields a loss of infinity and a gradient of NaN. With -m taken out of the logarithm where it
//   is positive, nothing overflows, and a loss below u is kept.
//
//   caches     exp(-|y|) (N×F), views on y and t (N×F)
//
//   accuracy   L and d_y within 4 ULP
#pragma once

#include <type_traits>

#include "manual/activation.hpp"
#include "shared/errors.hpp"
#include "shared/losses/soft_margin.hpp"

namespace twin::manual {

template <typename Scalar>
class SoftMarginLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(log(1 + exp(-t·y)))";
  static constexpr const char* backward_formula = "error = -t·σ(-t·y) / (N·F)";

  explicit SoftMarginLoss(const SoftMarginLossSpec&) {}

  /// y, t: N×F, unchanged until backward(). Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "SoftMarginLoss::forward targets");
    y_ = {y.data(), Extents(y.rows(), y.cols())};
    t_ = {t.data(), y_.extents()};
    e_ = (-y.array().abs()).exp();
    if constexpr (std::is_floating_point_v<Scalar>)
      losses_ = (-t.array() * y.array()).max(Scalar(0)) + e_.log1p();
    else  // bounds must allow for what LibTorch computes
      losses_ = (Scalar(1) + (-t.array() * y.array()).exp()).log();
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    const auto y = y_.as_matrix(), t = t_.as_matrix();
    const Scalar share = Scalar(1) / Scalar(static_cast<double>(y.size()));
    const auto slope = (t.array() * y.array() >= Scalar(0)).select(e_, Scalar(1)) / (Scalar(1) + e_);
    d_y_ = -t.array() * slope * share;
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  Activation<Scalar> y_, t_;  // N×F
  Elements e_, losses_;       // N×F; e: exp(-|y|)
  Matrix<Scalar> d_y_;        // N×F
};

}  // namespace twin::manual
