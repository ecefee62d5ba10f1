// The logistic sigmoid (torch.nn.Sigmoid).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = 1 / (1 + exp(-x)), element by element.
struct SigmoidSpec {
  static constexpr bool keeps_outputs = true;  // dy/dx = y·(1 - y)
  bool operator==(const SigmoidSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
