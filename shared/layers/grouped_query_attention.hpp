// Specification of the attention of Llama and Mistral (Ainslie et al. 2023, "GQA: training generalized
// multi-query transformer models from multi-head checkpoints").
#pragma once

#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;
struct LayerSpec;

/// N×T×E to N×T×E: each position looks at itself and at those before it. A head has D = E / num_heads
/// columns. There are fewer heads of keys and values than of queries: query head h looks at key head
/// h / (num_heads / num_key_value_heads). Queries and keys are turned by their positions
/// (RotaryEmbeddingSpec). The projections are the dense layers q_proj, k_proj, v_proj and o_proj, named as in
/// Hugging Face's Llama.
struct GroupedQueryAttentionSpec {
  std::int64_t hidden_size = 2;  // E
  std::int64_t num_heads = 1;
  std::int64_t num_key_value_heads = 1;
  bool bias = false;     // of the four projections
  double theta = 10000;  // of the rotary positions
  // So many positions are seen, the position itself included; none: all that are not ahead. (As in Mistral.)
  std::optional<std::int64_t> sliding_window = {};
  bool operator==(const GroupedQueryAttentionSpec&) const = default;

  std::int64_t head_dim() const { return hidden_size / num_heads; }

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<LayerSpec> children() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
