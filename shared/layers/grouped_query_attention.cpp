#include "shared/layers/grouped_query_attention.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void GroupedQueryAttentionSpec::validate() const {
  positive_size(hidden_size, "hidden_size");
  positive_size(num_heads, "num_heads");
  positive_size(num_key_value_heads, "num_key_value_heads");
  if (hidden_size % num_heads != 0)
    throw LayerError(
        fmt::format("expected a hidden_size that num_heads divides, got {} for {}", hidden_size, num_heads));
  if (num_heads % num_key_value_heads != 0)
    throw LayerError(fmt::format("expected num_heads that num_key_value_heads divides, got {} for {}",
                                 num_heads, num_key_value_heads));
  if (sliding_window) positive_size(*sliding_window, "sliding_window");
  twin::validate(children());
}

// As they are called.
std::vector<LayerSpec> GroupedQueryAttentionSpec::children() const {
  const DenseSpec of_queries{hidden_size, hidden_size, bias};
  const DenseSpec of_keys{hidden_size, num_key_value_heads * head_dim(), bias};
  const RotaryEmbeddingSpec rotary{head_dim(), theta};
  return {{"q_proj", of_queries}, {"k_proj", of_keys},  {"v_proj", of_keys},
          {"q_rotary", rotary},   {"k_rotary", rotary}, {"o_proj", of_queries}};
}

Shape GroupedQueryAttentionSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() != hidden_size) refuse_shape(fmt::format("N×T×{}", hidden_size), x);
  return x;
}

std::vector<ParameterSpec> GroupedQueryAttentionSpec::parameters() const { return parameters_of(children()); }

// Scores and their product with the values are computed for all pairs of positions, also where nobody looks.
double GroupedQueryAttentionSpec::forward_flops(const Shape& x) const {
  double flops = 4 * static_cast<double>(element_count(x)) * static_cast<double>(x[1]);
  for (const LayerSpec& child : children()) flops += twin::forward_flops({child}, x);
  return flops;
}

std::vector<Example> GroupedQueryAttentionSpec::examples() {
  const auto attention = [](std::string name, GroupedQueryAttentionSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"attention", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      attention("odd", {12, 6, 3}, {3, 5, 12}),
      attention("one_head", {6, 1, 1}, {2, 7, 6}),
      attention("one_key_head", {6, 3, 1}, {2, 5, 6}),
      attention("as_many_key_heads", {4, 2, 2}, {2, 3, 4}),
      attention("wide_heads", {8, 2, 1}, {2, 3, 8}),
      attention("one_position", {4, 2, 1}, {3, 1, 4}),
      attention("with_bias", {8, 4, 2, true}, {2, 3, 8}),
      attention("large_theta", {8, 2, 1, false, 500000}, {1, 5, 8}),
      attention("sliding_window",
                {.hidden_size = 8, .num_heads = 4, .num_key_value_heads = 2, .sliding_window = 3}, {2, 7, 8}),
      // Each position sees itself alone: its probability is 1, and neither query nor key have a gradient.
      attention("window_of_one", {.hidden_size = 4, .num_heads = 2, .sliding_window = 1}, {2, 3, 4}),
      attention("window_longer_than_sequence",
                {.hidden_size = 4, .num_heads = 2, .num_key_value_heads = 2, .sliding_window = 5}, {2, 3, 4}),
      attention("several_hundred_rows", {2, 1, 1}, {311, 2, 2}),
      attention("many_positions", {4, 2, 1}, {1, 67, 4}),
      attention("wide", {66, 3, 1}, {1, 3, 66}),
      // The scores are so far apart that in each row one probability is almost 1, and all others almost 0.
      attention("saturated", {4, 2, 1}, {2, 5, 4}, 12),
      attention("huge", {4, 2, 1}, {2, 5, 4}, 1e3),
      attention("tiny", {4, 2, 1}, {2, 5, 4}, 1e-9),
  };
  all.push_back({"language_model",
                 {{{"embed", EmbeddingSpec{11, 8}},
                   {"residual", ResidualSpec{{{"self_attn", GroupedQueryAttentionSpec{8, 4, 2}}}}},
                   {"feed_forward", ResidualSpec{{{"mlp", SwigluSpec{8, 5}}}}},
                   {"head", TiedDenseSpec{"embed", 8, 11}}},
                  CrossEntropyLossSpec{},
                  SgdSpec{.lr = 0.03, .momentum = 0.9},
                  UniformInitialiser{.bound = 1},
                  {5}},
                 {3, 5}});
  return all;
}

}  // namespace twin
