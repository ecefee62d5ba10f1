// Clipping of each gradient by itself (torch.nn.utils.clip_grad_value_).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// g ← min(max(g, -clip_value), clip_value), element by element.
struct ClipGradValueSpec {
  double clip_value = 1;
  bool operator==(const ClipGradValueSpec&) const = default;

  HyperparameterFields hyperparameters() { return {{"clip_value", &clip_value, false}}; }
  /// For the clipped gradient of one parameter, gradients[which]; gradients: of all, as they were before.
  std::vector<Prediction> mistakes(const std::vector<Array>& gradients, std::size_t which) const;
  static std::vector<Example> examples();
};

}  // namespace twin
