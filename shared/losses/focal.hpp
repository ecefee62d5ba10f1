// The focal loss on logits (torchvision.ops.sigmoid_focal_loss).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of alpha_t · (1 - p_t)^gamma · (-t·log p - (1-t)·log(1 - p)), p = σ(y),
/// where p_t = p·t + (1-p)·(1-t) is the probability of what is right, and alpha_t = alpha·t +
/// (1-alpha)·(1-t), or 1 when alpha is below 0. Targets are probabilities, in the shape and dtype of the
/// outputs.
struct FocalLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 1};
  double alpha = 0.25, gamma = 2;
  Reduction reduction = Reduction::mean;
  bool operator==(const FocalLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"alpha", alpha}, {"gamma", gamma}, {"sum", is_sum(reduction)}};
  }
  bool balances() const { return alpha >= 0; }
  /// Throws UsageError unless alpha is at most 1, and gamma finite and at least 0.
  void validate() const;
  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
