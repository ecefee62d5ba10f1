// The hard swish (torch.nn.Hardswish).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = x·min(max(x + 3, 0), 6) / 6, element by element. Its derivative is 0 at -3 and 1 at 3. (So PyTorch's
/// documentation has it. PyTorch up to 2.6 returns -½ at -3, and at 3 sometimes 1, sometimes 1½.)
struct HardswishSpec {
  bool operator==(const HardswishSpec&) const = default;

  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
