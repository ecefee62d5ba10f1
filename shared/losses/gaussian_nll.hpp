// The negative log-likelihood of numbers under normal distributions whose means and variances are both
// outputs (torch.nn.GaussianNLLLoss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all targets of (log v + (m - t)²/v) / 2; `full` adds log(2π)/2. Outputs are N×…×2F: the
/// first half of the last extent are the means m, the second half the variances v. Targets are N×…×F, in the
/// dtype of the outputs. A variance below eps counts as eps, and gets the gradient that it would have there.
struct GaussianNllLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  bool full = false;
  double eps = 1e-6;
  Reduction reduction = Reduction::mean;
  bool operator==(const GaussianNllLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"full", static_cast<double>(full)}, {"eps", eps}, {"sum", is_sum(reduction)}};
  }
  /// Throws UsageError unless eps is finite and above 0.
  void validate() const;
  /// Throws ShapeError when the last extent is odd.
  Shape target_shape(const Shape& outputs) const;
  /// Throws DataError: PyTorch refuses a variance below 0 too.
  [[noreturn]] static void refuse_variance(double variance);
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
