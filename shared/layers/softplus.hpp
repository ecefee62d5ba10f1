// The softplus, a rectifier without a kink (torch.nn.Softplus).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// y = log(1 + exp(beta·x)) / beta, element by element; y = x where beta·x > threshold. (At the threshold y
/// jumps, by 2e-9 where nothing else is asked for.)
struct SoftplusSpec {
  double beta = 1;
  double threshold = 20;
  bool operator==(const SoftplusSpec&) const = default;

  void validate() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
