// The exponential linear unit (torch.nn.ELU).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = x where x > 0, else alpha·(exp(x) - 1); element by element. Its derivative at 0 is alpha.
struct EluSpec {
  double alpha = 1;
  bool operator==(const EluSpec&) const = default;

  void validate() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
