#include "shared/losses/cosine_embedding.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void CosineEmbeddingLossSpec::validate() const {
  if (!std::isfinite(margin))
    throw UsageError(fmt::format("margin is {}", margin), {}, "give a finite number");
}

Shape CosineEmbeddingLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.size() != 3 || outputs[1] != 2)
    throw ShapeError(fmt::format("outputs: expected pairs, N×2×D, got {}", to_string(outputs)));
  return {outputs[0]};
}

std::vector<Example> CosineEmbeddingLossSpec::examples() {
  const CosineEmbeddingLossSpec half{.margin = 0.5}, negative{.margin = -0.5};
  return {loss_example("odd", CosineEmbeddingLossSpec{}, {7, 2, 5}),
          loss_example("one_pair", CosineEmbeddingLossSpec{}, {1, 2, 3}),
          loss_example("several_hundred_rows", CosineEmbeddingLossSpec{}, {317, 2, 7}),
          loss_example("wide", CosineEmbeddingLossSpec{}, {5, 2, 131}),
          loss_example("margin", half, {37, 2, 2}), loss_example("negative_margin", negative, {19, 2, 3}),
          loss_example("large", CosineEmbeddingLossSpec{}, {13, 2, 5}, 1e3),
          // Squared lengths about as small as what is added to them.
          loss_example("tiny", CosineEmbeddingLossSpec{}, {13, 2, 5}, 1e-6)};
}

}  // namespace twin
