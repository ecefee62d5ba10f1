// The angle between two vectors that are alike or not (torch.nn.CosineEmbeddingLoss).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the pairs of 1 - cos(x1, x2) where t = 1 and of max(0, cos(x1, x2) - margin) where t = -1.
/// Outputs are N×2×D: x1 = y[:, 0], x2 = y[:, 1]. Targets are N, in the dtype of the outputs.
struct CosineEmbeddingLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true, takes_signs = true;
  /// Added to each squared length, so that a vector of zeros has a cosine, 0. LibTorch keeps it in float32.
  static constexpr double kSmallest = static_cast<double>(1e-12F);
  double margin = 0;
  bool operator==(const CosineEmbeddingLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"margin", margin}}; }
  /// Throws UsageError unless the margin is finite.
  void validate() const;
  /// Throws ShapeError unless outputs are N×2×D.
  Shape target_shape(const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
