// The mean squared error (torch.nn.MSELoss).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean of squared differences over all elements; targets have the shape and dtype of the outputs.
struct MseLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  bool operator==(const MseLossSpec&) const = default;

  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
