// Specification of causal self-attention with several heads (Vaswani et al. 2017).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;
struct LayerSpec;

/// N×T×E to N×T×E: each position looks at itself and at those before it. Head h of a projection has columns
/// h·D … (h + 1)·D - 1, with D = E / heads. The projections are the dense layers q_proj, k_proj, v_proj and
/// o_proj, named as in Hugging Face's Llama. (PyTorch's MultiheadAttention holds the first three in one
/// matrix.)
struct SelfAttentionSpec {
  std::int64_t embed_dim = 1;
  std::int64_t heads = 1;
  bool bias = true;  // of the four projections
  bool operator==(const SelfAttentionSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<LayerSpec> children() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
