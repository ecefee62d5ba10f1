// The sum of outputs times targets: a loss for tests.
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Sum of outputs times targets: its gradient by the outputs is the targets themselves, so a test can send
/// any upstream gradient it likes into the layers.
struct InnerProductLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  bool operator==(const InnerProductLossSpec&) const = default;

  static std::vector<Example> examples();
};

}  // namespace twin
