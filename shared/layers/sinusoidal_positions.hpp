// Specification of fixed positions (Vaswani et al. 2017, "Attention is all you need", 3.5).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// N×T×E to N×T×E: y = x + P, where row t of P is sin(a), cos(a), sin(a'), cos(a') … with the angle
/// t / 10000^(2i/E) in columns 2i and 2i + 1. (Where E is odd, the last column is a sine.)
struct SinusoidalPositionsSpec {
  std::int64_t embed_dim = 1;
  bool operator==(const SinusoidalPositionsSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
