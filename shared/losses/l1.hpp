// The mean absolute error (torch.nn.L1Loss).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean of absolute differences over all elements; targets have the shape and dtype of the outputs.
struct L1LossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  bool operator==(const L1LossSpec&) const = default;

  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
