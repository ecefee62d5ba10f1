// The hinge loss on distances of pairs that are alike or not (torch.nn.HingeEmbeddingLoss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all elements of y where t = 1 and of max(0, margin - y) where t = -1; targets have the shape and
/// dtype of the outputs.
struct HingeEmbeddingLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true, takes_signs = true;
  double margin = 1;
  bool operator==(const HingeEmbeddingLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"margin", margin}}; }
  /// Throws UsageError unless the margin is finite.
  void validate() const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
