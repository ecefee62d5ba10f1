#include "shared/layers/embedding.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

std::int64_t EmbeddingSpec::padding_row() const {
  const std::int64_t row = padding_idx.value_or(-num_embeddings - 1);
  return row < 0 ? row + num_embeddings : row;
}

void EmbeddingSpec::validate() const {
  positive_size(num_embeddings, "num_embeddings");
  positive_size(embedding_dim, "embedding_dim");
  if (padding_idx && (*padding_idx < -num_embeddings || *padding_idx >= num_embeddings))
    throw LayerError(fmt::format("padding_idx is {}, expected one of {}…{}", *padding_idx, -num_embeddings,
                                 num_embeddings - 1));
}

Shape EmbeddingSpec::output_shape(Shape x) const {
  x.push_back(embedding_dim);
  return x;
}

std::vector<ParameterSpec> EmbeddingSpec::parameters() const {
  return {{"weight", {num_embeddings, embedding_dim}, ParameterRole::weight}};
}

std::vector<ParameterPart> EmbeddingSpec::without_gradient() const {
  if (!padding_idx) return {};
  return {{"weight", padding_row() * embedding_dim, embedding_dim}};
}

std::vector<Example> EmbeddingSpec::examples() {
  const auto embedding = [](std::string name, EmbeddingSpec spec, Shape input) {
    return layer_example(std::move(name), {{"embed", spec}}, std::move(input));
  };
  std::vector<Example> all{
      embedding("odd", {7, 5}, {3, 4}),
      embedding("one_index", {3, 2}, {1, 1}),
      embedding("one_feature", {5, 1}, {2, 3}),
      // Each row is looked up many times, and most rows never.
      embedding("two_words", {2, 3}, {5, 7}),
      embedding("rare_words", {31, 3}, {2, 3}),
      embedding("two_extents", {11, 3}, {2, 3, 5}),
      embedding("several_hundred_rows", {13, 3}, {317, 2}),
      embedding("wide", {5, 131}, {3, 2}),
      embedding("padded", {5, 3, 2}, {3, 7}),
      embedding("padded_in_front", {3, 2, 0}, {5, 4}),
      embedding("padded_from_the_end", {4, 3, -1}, {5, 4}),
      embedding("integers", {5, 3}, {7, 11}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
