// The logarithm of the hyperbolic cosine of the error. PyTorch has no module for it.
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all elements of log cosh(y - t): half the square near the target, the distance less log 2
/// further off. Targets have the shape and dtype of the outputs.
struct LogCoshLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  bool operator==(const LogCoshLossSpec&) const = default;

  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
