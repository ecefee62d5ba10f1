// Specification of a table of vectors that are looked up by index (torch.nn.Embedding).
#pragma once

#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = W[x], row x of the weight for every index x in 0 … num_embeddings - 1: one extent more than x has. It
/// stands first in a network, for indices have no gradient. Its weight may be used again (TiedDenseSpec).
///
/// padding_idx names the row that stands for padding: it is looked up as any other, but this layer yields no
/// gradient for it, so that it stays what it was. Below 0 it counts from the end: -1 is the last row. Without
/// a value there is none. (A new torch.nn.Embedding has zeros in that row; here whoever loads the weights
/// decides.)
struct EmbeddingSpec {
  std::int64_t num_embeddings = 1;
  std::int64_t embedding_dim = 1;
  std::optional<std::int64_t> padding_idx = std::nullopt;
  bool operator==(const EmbeddingSpec&) const = default;

  /// The padding's, counted from 0; none is -1, which no index is.
  std::int64_t padding_row() const;

  void validate() const;
  std::int64_t indices() const { return num_embeddings; }
  Shape output_shape(Shape x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<ParameterPart> without_gradient() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
