// A parabola near the target, the absolute error further off (torch.nn.SmoothL1Loss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of d²/(2·beta) where |d| < beta, else |d| - beta/2, d = y - t; targets
/// have the shape and dtype of the outputs.
struct SmoothL1LossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  double beta = 1;
  Reduction reduction = Reduction::mean;
  bool operator==(const SmoothL1LossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"beta", beta}, {"sum", is_sum(reduction)}}; }
  /// Throws UsageError unless beta is finite and above 0. (PyTorch takes 0 for the loss l1.)
  void validate() const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
