// The logistic loss on targets 1 and -1 (torch.nn.SoftMarginLoss).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over all elements of log(1 + exp(-t·y)); targets have the shape and dtype of the outputs, each is 1
/// or -1.
struct SoftMarginLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true, takes_signs = true;
  bool operator==(const SoftMarginLossSpec&) const = default;

  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
