// The rectifier (torch.nn.ReLU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = max(x, 0), element by element; its derivative at 0 is 0.
struct ReluSpec {
  bool operator==(const ReluSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
