// The Gaussian error linear unit (torch.nn.GELU).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = x·Φ(x), element by element. Φ is the distribution function of the normal distribution, or what comes
/// close to it.
struct GeluSpec {
  std::string approximate = "none";  // "tanh": Φ(x) = ½·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
  bool operator==(const GeluSpec&) const = default;

  void validate() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
