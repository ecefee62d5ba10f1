// The leaky rectifier (torch.nn.LeakyReLU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = x where x > 0, else negative_slope·x; element by element. Its derivative at 0 is negative_slope.
struct LeakyReluSpec {
  double negative_slope = 0.01;
  bool operator==(const LeakyReluSpec&) const = default;

  void validate() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
