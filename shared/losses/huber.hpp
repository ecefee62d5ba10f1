// Huber's loss: a parabola near the target, a straight line further off (torch.nn.HuberLoss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of d²/2 where |d| < delta, else delta·(|d| - delta/2), d = y - t; targets
/// have the shape and dtype of the outputs.
struct HuberLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  double delta = 1;
  Reduction reduction = Reduction::mean;
  bool operator==(const HuberLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"delta", delta}, {"sum", is_sum(reduction)}};
  }
  /// Throws UsageError unless delta is finite and above 0.
  void validate() const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
