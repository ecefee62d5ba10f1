// Specification of layer normalisation (torch.nn.LayerNorm).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = weight·(x - mean) / √(variance + eps) + bias, with the mean and the variance of the last extents of x,
/// those of normalized_shape, in which each element has its own weight and bias. At least the batch stands in
/// front of them.
struct LayerNormSpec {
  Shape normalized_shape = {1};
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;  // of no account without elementwise_affine
  bool operator==(const LayerNormSpec&) const = default;

  std::int64_t features() const { return element_count(normalized_shape); }

  void validate() const;
  Shape default_input() const { return normalized_shape; }
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
