// Negative log-likelihood of targets t under normal distributions, whose means m and variances v are outputs
// (torch.nn.GaussianNLLLoss; Nix, Weigend 1994, "Estimating the mean and variance of the target probability
// distribution").
//
//   forward    v   = max(v given, ε),  d = m - t
//              L   = mean of (log v + d²/v) / 2                               over all N·F targets
//              full: + log(2π)/2
//
//   backward   d_m = d/v / (N·F)
//              d_v = (1/v - d²/v²) / (2·N·F)
//
//   The two terms of d_v are at odds: log v wants the variance small, d²/v wants it large; they cancel where
//   v = d². A network that forgets one drives its variances to 0 or to infinity.
//
//   PyTorch clamps v where autograd does not see it: a variance below ε has the gradient that it would have
//   at ε, and so finds its way back. The derivative of the clamped loss would be 0 there.
//
//   Outputs are N×2F, the means of a row in front of its variances. Reduction "sum" leaves 1/(N·F) out.
//
//   caches     d/v, d_v·N·F (N×F)
#pragma once

#include <fmt/format.h>
#include <numbers>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/gaussian_nll.hpp"

namespace twin::manual {

template <typename Scalar>
class GaussianNllLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula = "loss = mean(log v + (m - t)²/v) / 2";
  static constexpr const char* backward_formula =
      "error = (m - t)/v / (N·F) for the means, (1/v - (m - t)²/v²) / (2·N·F) for the variances";

  explicit GaussianNllLoss(const GaussianNllLossSpec& spec) : spec_(spec) {}

  /// y: N×2F, means in front of variances; t: N×F. Throws ShapeError when the shapes do not fit, DataError
  /// when a variance is below 0.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    if (y.rows() != t.rows() || y.cols() != 2 * t.cols())
      throw_shape_mismatch("GaussianNllLoss::forward outputs", t.rows(), 2 * t.cols(), y.rows(), y.cols());
    const auto mean = y.leftCols(t.cols()).array(), given = y.rightCols(t.cols()).array();
    expect_variances(given);
    v_ = given.max(Scalar(spec_.eps));
    const auto d = mean - t.array();
    by_mean_ = d / v_;
    square_ = d * by_mean_;
    losses_ = (v_.log() + square_) * Scalar(0.5);
    by_variance_ = (Scalar(1) - square_) / (v_ * Scalar(2));
    if (spec_.full) losses_ += Scalar(kLogCircle / 2);
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(divisor(spec_.reduction, t.size())));
  }

  /// Returns d_y: N×2F, for the last forward().
  const Matrix<Scalar>& backward() {
    const auto n = Scalar(divisor(spec_.reduction, v_.size()));
    d_y_.resize(v_.rows(), 2 * v_.cols());
    d_y_.leftCols(v_.cols()) = by_mean_ / n;
    d_y_.rightCols(v_.cols()) = by_variance_ / n;
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  static constexpr double kLogCircle = 1.8378770664093453;  // log 2π

  template <typename Given>
  static void expect_variances(const Given& given) {
    if (!(given < Scalar(0)).any()) return;
    if constexpr (std::is_floating_point_v<Scalar>)
      GaussianNllLossSpec::refuse_variance(static_cast<double>(given.minCoeff()));
  }

  GaussianNllLossSpec spec_;
  Elements v_, square_, losses_, by_mean_, by_variance_;  // N×F
  Matrix<Scalar> d_y_;                                    // N×2F
};

}  // namespace twin::manual
