// The hinge loss on the order of pairs (torch.nn.MarginRankingLoss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all pairs of max(0, -t·(x1 - x2) + margin). Outputs are N×2×…: x1 = y[:, 0], x2 = y[:, 1].
/// Targets are N×…, in the dtype of the outputs: 1 where x1 should be the larger, -1 where x2 should.
struct MarginRankingLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true, takes_signs = true;
  double margin = 0;
  bool operator==(const MarginRankingLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"margin", margin}}; }
  /// Throws UsageError unless the margin is finite.
  void validate() const;
  /// Throws ShapeError unless outputs are N×2×….
  Shape target_shape(const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
