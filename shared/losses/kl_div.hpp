// The Kullback-Leibler divergence of the outputs, which are log-probabilities, from the targets
// (torch.nn.KLDivLoss).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Sum over all elements of t·(log t - y), 0 where t = 0, divided by what the reduction says; outputs are
/// log-probabilities, targets probabilities (log-probabilities when log_target), in the same shape and dtype.
struct KlDivLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  /// `mean`, PyTorch's default, divides by the number of elements, `batchmean` by that of samples, as the
  /// divergence of distributions asks for.
  enum class Reduction { mean, batchmean, sum };
  Reduction reduction = Reduction::mean;
  bool log_target = false;
  bool operator==(const KlDivLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"reduction", static_cast<double>(reduction)}, {"log_target", static_cast<double>(log_target)}};
  }
  /// What the sum over so many samples and elements is divided by.
  double divisor(double samples, double elements) const {
    return reduction == Reduction::mean ? elements : reduction == Reduction::batchmean ? samples : 1;
  }
  std::pair<double, double> target_range() const {
    return log_target ? std::pair(-5.0, 0.0) : std::pair(0.0, 1.0);
  }
  /// Throws DataError unless the target is a probability, or the logarithm of one.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
