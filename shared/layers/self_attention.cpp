#include "shared/layers/self_attention.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SelfAttentionSpec::validate() const {
  positive_size(embed_dim, "embed_dim");
  positive_size(heads, "heads");
  if (embed_dim % heads != 0)
    throw LayerError(
        fmt::format("expected an embed_dim that heads divides, got {} for {}", embed_dim, heads));
}

std::vector<LayerSpec> SelfAttentionSpec::children() const {
  const DenseSpec projection{embed_dim, embed_dim, bias};
  return {{"q_proj", projection}, {"k_proj", projection}, {"v_proj", projection}, {"o_proj", projection}};
}

Shape SelfAttentionSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() != embed_dim) refuse_shape(fmt::format("N×T×{}", embed_dim), x);
  return x;
}

std::vector<ParameterSpec> SelfAttentionSpec::parameters() const { return parameters_of(children()); }

// Scores and their product with the values are computed for all pairs of positions, also where nobody looks.
double SelfAttentionSpec::forward_flops(const Shape& x) const {
  double flops = 4 * static_cast<double>(element_count(x)) * static_cast<double>(x[1]);
  for (const LayerSpec& projection : children()) flops += twin::forward_flops({projection}, x);
  return flops;
}

std::vector<Example> SelfAttentionSpec::examples() {
  const auto attention = [](std::string name, SelfAttentionSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"attention", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      attention("odd", {6, 2}, {3, 5, 6}),
      attention("one_head", {5, 1}, {2, 7, 5}),
      attention("heads_of_one_feature", {3, 3}, {2, 5, 3}),
      // As many positions as heads, and as features of a head.
      attention("equal_sizes", {4, 2}, {2, 2, 4}),
      attention("one_feature", {1, 1}, {1, 3, 1}),
      attention("one_position", {4, 2}, {3, 1, 4}),
      attention("without_bias", {6, 3, false}, {2, 3, 6}),
      attention("several_hundred_rows", {2, 1}, {311, 2, 2}),
      attention("many_positions", {2, 2}, {1, 67, 2}),
      attention("wide", {67, 1}, {1, 3, 67}),
      // The scores are so far apart that in each row one probability is almost 1, and all others almost 0.
      attention("saturated", {4, 2}, {2, 5, 4}, 12),
      attention("huge", {4, 2}, {2, 5, 4}, 1e3),
      attention("tiny", {4, 2}, {2, 5, 4}, 1e-9),
  };
  all.push_back({"language_model",
                 {{{"embed", EmbeddingSpec{11, 6}},
                   {"residual", ResidualSpec{{{"attention", SelfAttentionSpec{6, 2}}}}},
                   {"head", TiedDenseSpec{"embed", 6, 11}}},
                  CrossEntropyLossSpec{},
                  SgdSpec{.lr = 0.03, .momentum = 0.9},
                  UniformInitialiser{.bound = 1},
                  {5}},
                 {3, 5}});
  return all;
}

}  // namespace twin
