// The negative evidence lower bound of a variational autoencoder (Kingma and Welling 2014, "Auto-encoding
// variational Bayes", eq. 10), of pixels that are probabilities.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all rows of R + beta·KL, in nats. R: the sum over the F targets t of a row of the binary
/// cross-entropy -t·log σ(y) - (1-t)·log(1 - σ(y)). KL: the divergence of N(mean, exp(log_variance)) from
/// N(0, 1), the sum over `latent` numbers of (mean² + exp(log_variance) - 1 - log_variance)/2.
///
/// Outputs are N×…×(F + 2·latent): logits y, means, log-variances, as variational_bottleneck hands them on.
/// Targets are N×…×F, in 0 … 1, in the dtype of the outputs. beta is 1 in the paper; above 1, each number of
/// the code is pushed to stand for a thing of its own (Higgins et al. 2017, "β-VAE").
struct NegativeElboLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 1};
  std::int64_t latent = 1;
  double beta = 1;
  bool operator==(const NegativeElboLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"latent", static_cast<double>(latent)}, {"beta", beta}};
  }
  /// Throws UsageError unless latent is above 0, and beta is finite and not negative.
  void validate() const;
  /// Throws ShapeError when there are no logits in front of the means and log-variances.
  Shape target_shape(const Shape& outputs) const;
  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  /// σ(y), in the shape of the targets.
  Tensor predicted_targets(const Tensor& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
