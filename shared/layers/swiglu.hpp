// Specification of the feed-forward layer of Llama (Shazeer 2020, "GLU variants improve transformer").
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;
struct LayerSpec;

/// y = down_proj(silu(gate_proj(x))·up_proj(x)) on the last extent of x, with silu(g) = g / (1 + exp(-g)).
/// The projections are dense layers, named as in Hugging Face's Llama.
struct SwigluSpec {
  std::int64_t hidden_size = 1;
  std::int64_t intermediate_size = 1;
  bool bias = false;  // of the three projections
  bool operator==(const SwigluSpec&) const = default;

  void validate() const;
  Shape default_input() const { return {hidden_size}; }
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<LayerSpec> children() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
