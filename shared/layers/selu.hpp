// The scaled exponential linear unit (torch.nn.SELU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = scale·x where x > 0, else scale·alpha·(exp(x) - 1); element by element. Its derivative at 0 is
/// scale·alpha.
struct SeluSpec {
  // Klambauer et al. 2017, eq. 14: with these two, mean 0 and variance 1 stay from layer to layer, where each
  // weight has mean 0 and variance 1 / in_features.
  static constexpr double kAlpha = 1.6732632423543772848170429916717;
  static constexpr double kScale = 1.0507009873554804934193349852946;
  bool operator==(const SeluSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
