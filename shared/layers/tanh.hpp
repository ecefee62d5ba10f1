// The hyperbolic tangent (torch.nn.Tanh).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = tanh(x), element by element.
struct TanhSpec {
  static constexpr bool keeps_outputs = true;  // dy/dx = 1 - y²
  bool operator==(const TanhSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
