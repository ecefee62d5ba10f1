// The Kullback-Leibler divergence of outputs y = log q from targets t (torch.nn.KLDivLoss; Kullback, Leibler
// 1951, "On Information and Sufficiency").
//
//   forward    L   = sum of t·(log t - y) / n             over all N·F elements; 0 where t = 0
//
//   backward   d_y = -t / n
//
//   n is N·F (mean), the N samples (batchmean), or 1 (sum). The divergence of distributions is a sum over
//   each, so that only "batchmean" is its mean; PyTorch's default is "mean" nevertheless.
//
//   The outputs are logarithms already: the loss is linear in them, and does not depend on them through log
//   t. With log_target, the targets are given as logarithms s: t = exp(s), log t = s.
//
//   The limit of t·log t at 0 is 0, where the product is NaN: such elements are left out.
//
//   caches     t (N×F)
#pragma once

#include "manual/activation.hpp"
#include "shared/losses/kl_div.hpp"

namespace twin::manual {

template <typename Scalar>
class KlDivLoss {
 public:
  using Targets = Activation<Scalar>;
  static constexpr const char* forward_formula = "loss = Σ t·(log t - y) / n";
  static constexpr const char* backward_formula = "error = -t / n";

  explicit KlDivLoss(const KlDivLossSpec& spec) : spec_(spec) {}

  /// y: N×…×F log-probabilities; targets in the same shape. Throws ShapeError when they differ in shape.
  Scalar forward(const Activation<Scalar>& y, const Targets& targets) {
    if (!(targets.extents() == y.extents()))
      throw ShapeError("KlDivLoss::forward targets: expected " + to_string(y.extents().shape()) + ", got " +
                       to_string(targets.extents().shape()));
    const auto log_q = y.as_samples().array(), given = targets.as_samples().array();
    if (spec_.log_target) {
      t_ = given.exp();
      losses_ = t_ * (given - log_q);
    } else {
      t_ = given;
      losses_ = given * (given.log() - log_q);
      losses_ = (given > Scalar(0)).select(losses_, Scalar(0));
    }
    n_ = spec_.divisor(static_cast<double>(y[0]), static_cast<double>(y.size()));
    const Wider<Scalar> sum = losses_.template cast<Wider<Scalar>>().sum();
    return Scalar(sum / Wider<Scalar>(n_));
  }

  /// Returns d_y: N×F, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_ = -t_ / Scalar(n_);
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  KlDivLossSpec spec_;
  double n_ = 1;
  Elements t_, losses_;  // N×F, F of all extents behind the first
  Matrix<Scalar> d_y_;   // N×F
};

}  // namespace twin::manual
