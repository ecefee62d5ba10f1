// Negative evidence lower bound of a variational autoencoder (Kingma and Welling 2014, "Auto-encoding
// variational Bayes", eq. 10 with one draw of the code; the divergence is their appendix B, the cross-entropy
// their C.1).
//
//   forward    R   = sum over the F pixels of a row of -t·log σ(y) - (1 - t)·log(1 - σ(y))
//              KL  = sum over the K numbers of the code of (m² + exp(l) - 1 - l) / 2
//              L   = mean over the N rows of R + β·KL
//
//   backward   d_y = (σ(y) - t) / N
//              d_m = β·m / N
//              d_l = β·(exp(l) - 1) / (2N)
//
//   R is -log p(x | z) of pixels that are 1 with probability σ(y). KL is the divergence of N(m, exp(l)), from
//   which z was drawn, from N(0, 1): 0 where m = 0 and l = 0. The two are at odds: R wants codes that are far
//   apart and certain, KL wants them all alike.
//
//   A log-likelihood is a sum over what was seen, a divergence of independent numbers a sum over these. To
//   average one of them and not the other is to change β.
//
//   R is computed as manual/losses/bce_with_logits.hpp has it: nothing overflows, however large a logit.
//
//   Outputs are N×(F + 2K): logits y, means m, log-variances l. The way from m and l through z to y is that
//   of manual/layers/variational_bottleneck.hpp.
//
//   caches     m, exp(l) (N×K); those of the cross-entropy
#pragma once

#include "manual/losses/bce_with_logits.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/losses/negative_elbo.hpp"

namespace twin::manual {

template <typename Scalar>
class NegativeElboLoss {
 public:
  using Targets = ConstMatrixView<Scalar>;
  static constexpr const char* forward_formula =
      "loss = mean(Σ -t·log σ(y) - (1-t)·log(1-σ(y)) + β·Σ (m² + exp(l) - 1 - l)/2)";
  static constexpr const char* backward_formula =
      "error = (σ(y) - t)/N for the logits, β·m/N for the means, β·(exp(l) - 1)/(2N) for the log-variances";

  explicit NegativeElboLoss(const NegativeElboLossSpec& spec) : latent_(spec.latent), beta_(spec.beta) {}

  /// y: N×(F + 2K), logits in front of means, these in front of log-variances; t: N×F, in 0 … 1. Throws
  /// ShapeError when the shapes do not fit.
  Scalar forward(ConstMatrixView<Scalar> y, Targets t) {
    if (y.rows() != t.rows() || y.cols() != t.cols() + 2 * latent_)
      throw_shape_mismatch("NegativeElboLoss::forward outputs", t.rows(), t.cols() + 2 * latent_, y.rows(),
                           y.cols());
    logits_ = y.leftCols(t.cols());
    const auto log_variance = y.rightCols(latent_).array();
    mean_ = y.middleCols(t.cols(), latent_);
    variance_ = log_variance.exp();
    divergences_ = (mean_.square() + variance_ - Scalar(1) - log_variance) * Scalar(0.5);
    const Wider<Scalar> reconstruction(cross_entropy_.forward(logits_, t));
    const Wider<Scalar> divergence = divergences_.template cast<Wider<Scalar>>().sum();
    return Scalar((reconstruction + Wider<Scalar>(beta_) * divergence) / Wider<Scalar>(rows()));
  }

  /// Returns d_y: N×(F + 2K), for the last forward().
  const Matrix<Scalar>& backward() {
    const auto n = Scalar(rows()), weight = Scalar(beta_);
    d_y_.resize(logits_.rows(), logits_.cols() + 2 * latent_);
    d_y_.leftCols(logits_.cols()) = cross_entropy_.backward() / n;
    d_y_.middleCols(logits_.cols(), latent_) = weight * mean_ / n;
    d_y_.rightCols(latent_) = weight * (variance_ - Scalar(1)) * Scalar(0.5) / n;
    return d_y_;
  }

 private:
  using Elements = Eigen::Array<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  double rows() const { return static_cast<double>(logits_.rows()); }

  Index latent_;  // K
  double beta_;
  BceWithLogitsLoss<Scalar> cross_entropy_{BceWithLogitsLossSpec{.reduction = Reduction::sum}};
  Matrix<Scalar> logits_;                   // N×F
  Elements mean_, variance_, divergences_;  // N×K
  Matrix<Scalar> d_y_;                      // N×(F + 2K)
};

}  // namespace twin::manual
