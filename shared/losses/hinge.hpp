// The hinge loss of a linear classifier that keeps a margin. PyTorch has no module for it.
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all elements of max(0, 1 - t·y); targets have the shape and dtype of the outputs, each is 1 or
/// -1.
struct HingeLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true, takes_signs = true;
  bool operator==(const HingeLossSpec&) const = default;

  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
