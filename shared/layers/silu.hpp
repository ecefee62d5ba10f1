// The sigmoid linear unit, or swish (torch.nn.SiLU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = x / (1 + exp(-x)), element by element.
struct SiluSpec {
  bool operator==(const SiluSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
