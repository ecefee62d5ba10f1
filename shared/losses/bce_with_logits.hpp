// The binary cross-entropy on logits (torch.nn.BCEWithLogitsLoss without weights).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all elements of -t·log σ(y) - (1-t)·log(1 - σ(y)); targets are probabilities, in the shape and
/// dtype of the outputs.
struct BceWithLogitsLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 1};
  bool operator==(const BceWithLogitsLossSpec&) const = default;

  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
