// Specification of rotary positions (Su et al. 2021), in the layout of Hugging Face's Llama.
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// N×T×E to N×T×E, where E is one head or several side by side, of head_dim columns each. In each head,
/// column i and column i + head_dim/2 are a point of a plane, which position t turns by the angle
/// t·theta^(-2i/head_dim).
struct RotaryEmbeddingSpec {
  std::int64_t head_dim = 2;
  double theta = 10000;
  bool operator==(const RotaryEmbeddingSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
