// The negative log-likelihood of counts under Poisson distributions (torch.nn.PoissonNLLLoss).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of exp(y) - t·y, where outputs are logarithms of rates (log_input), or of
/// y - t·log(y + eps), where they are rates. `full` adds Stirling's approximation of log t! where t > 1.
/// Targets are counts, in the shape and dtype of the outputs.
struct PoissonNllLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 5};
  bool log_input = true, full = false;
  double eps = 1e-8;
  Reduction reduction = Reduction::mean;
  bool operator==(const PoissonNllLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"log_input", static_cast<double>(log_input)},
            {"full", static_cast<double>(full)},
            {"eps", eps},
            {"sum", is_sum(reduction)}};
  }
  /// Throws UsageError unless eps is finite and at least 0.
  void validate() const;
  /// Throws DataError unless the target is finite and at least 0.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
