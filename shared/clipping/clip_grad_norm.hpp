// Clipping of all gradients by their common norm (torch.nn.utils.clip_grad_norm_; Pascanu, Mikolov, Bengio
// 2013, alg. 1).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// g ← g·min(1, max_norm / (‖g‖ + 1e-6)), where ‖g‖ is the Euclidean norm of the gradients of all parameters
/// together; the 1e-6 is PyTorch's.
struct ClipGradNormSpec {
  double max_norm = 1;
  bool operator==(const ClipGradNormSpec&) const = default;

  HyperparameterFields hyperparameters() { return {{"max_norm", &max_norm, false}}; }
  /// For the clipped gradient of one parameter, gradients[which]; gradients: of all, as they were before.
  std::vector<Prediction> mistakes(const std::vector<Array>& gradients, std::size_t which) const;
  static std::vector<Example> examples();
};

}  // namespace twin
