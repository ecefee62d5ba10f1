// Negative log-likelihood of counts t under Poisson distributions (torch.nn.PoissonNLLLoss; Bishop 2006,
// "Pattern Recognition and Machine Learning", 4.3.6, for the exponential family).
//
//   -log(λᵗ·exp(-λ)/t!) = λ - t·log λ + log t!
//
//   forward    L   = mean of exp(y) - t·y                 y = log λ (log_input)       over all N·F elements
//                    mean of y - t·log(y + ε)             y = λ
//              full: + t·log t - t + log(2πt)/2 where t > 1, Stirling's approximation of log t!
//
//   backward   d_y = (exp(y) - t) / (N·F)                 log_input
//                    (1 - t/(y + ε)) / (N·F)              rates
//
//   log t! does not depend on the outputs: `full` moves the loss, not its gradient. The ε stands in both
//   places: without it the gradient at a rate of 0 is infinite. Reduction "sum" leaves 1/(N·F) out.
//
//   A rate below -ε has no logarithm: the loss is NaN, as PyTorch's is.
//
//   caches     exp(y) - t, or 1 - t/(y + ε) (N×F)
#pragma once

#include <numbers>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/poisson_nll.hpp"

namespace twin::manual {

template <typename Scalar>
class PoissonNllLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(exp(y) - t·y), of rates mean(y - t·log(y + ε))";
  static constexpr const char* backward_formula =
      "error = (exp(y) - t) / (N·F), of rates (1 - t/(y + ε)) / (N·F)";

  explicit PoissonNllLoss(const PoissonNllLossSpec& spec) : spec_(spec) {}

  /// y, t: N×F. Throws ShapeError when they differ in shape.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    expect_shape(t, y, "PoissonNllLoss::forward targets");
    if (spec_.log_input) {
      losses_ = y.array().exp();
      slope_ = losses_ - t.array();
      losses_ -= t.array() * y.array();
    } else {
      const auto eps = Scalar(spec_.eps);
      losses_ = y.array() - t.array() * (y.array() + eps).log();
      slope_ = Scalar(1) - t.array() / (y.array() + eps);
    }
    if (spec_.full) {
      const auto circle = Scalar(2 * std::numbers::pi);
      stirling_ = t.array() * t.array().log() - t.array() + (t.array() * circle).log() * Scalar(0.5);
      losses_ += (t.array() > Scalar(1)).select(stirling_, Scalar(0));
    }
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(spec_.reduction, y.size())));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = slope_ / Scalar(divisor(spec_.reduction, slope_.size()));
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  PoissonNllLossSpec spec_;
  Elements losses_, slope_, stirling_;  // N×F
  Matrix<Scalar> d_y_;                  // N×F
};

}  // namespace twin::manual
