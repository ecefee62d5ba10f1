// Specification of attention of several heads (torch.nn.MultiheadAttention with batch_first).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// N×T×E to N×T×E. Head h of a projection has columns h·D … (h + 1)·D - 1, with D = E / num_heads. The
/// projections of queries, keys and values stand below each other in one matrix, in_proj_weight (3E×E).
///
/// Self-attention looks at x itself. Cross-attention looks at the further inputs "key" and "value", N×S×E
/// both.
///
/// With `key_padding_mask`, the further input of this name is added to the scores of every query and head:
/// N×S numbers, 0 where a key is seen, minus infinity where it is hidden. A query whose keys are all hidden
/// has no weights: its outputs are no numbers, as LibTorch's.
struct MultiheadAttentionSpec {
  std::int64_t embed_dim = 1;  // E
  std::int64_t num_heads = 1;
  bool bias = true;        // of all projections
  bool is_causal = false;  // nobody looks ahead; of self-attention alone
  bool cross = false;
  bool key_padding_mask = false;
  bool operator==(const MultiheadAttentionSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<std::string> further_inputs() const;
  void validate_further(const Shape& x, const NamedShapes& further) const;
  std::vector<ParameterSpec> parameters() const;
  double forward_flops(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
