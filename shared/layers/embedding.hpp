// Specification of a table of vectors that are looked up by index (torch.nn.Embedding).
#pragma once

#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = W[x], row x of the weight for every index x in 0 … num_embeddings - 1: one extent more than x has. It
/// stands first in a network, for indices have no gradient. Its weight may be used again (TiedDenseSpec).
struct EmbeddingSpec {
  std::int64_t num_embeddings = 1;
  std::int64_t embedding_dim = 1;
  bool operator==(const EmbeddingSpec&) const = default;

  void validate() const;
  std::int64_t indices() const { return num_embeddings; }
  Shape output_shape(Shape x) const;
  std::vector<ParameterSpec> parameters() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
