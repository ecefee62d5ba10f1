#include "shared/layers/multihead_attention.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void MultiheadAttentionSpec::validate() const {
  positive_size(embed_dim, "embed_dim");
  positive_size(num_heads, "num_heads");
  if (embed_dim % num_heads != 0)
    throw LayerError(
        fmt::format("expected an embed_dim that num_heads divides, got {} for {}", embed_dim, num_heads));
  if (is_causal && cross)
    throw LayerError("expected is_causal with self-attention, got it with cross-attention: no key is ahead");
}

Shape MultiheadAttentionSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() != embed_dim) refuse_shape(fmt::format("N×T×{}", embed_dim), x);
  return x;
}

std::vector<std::string> MultiheadAttentionSpec::further_inputs() const {
  std::vector<std::string> names;
  if (cross) names = {"key", "value"};
  if (key_padding_mask) names.push_back("key_padding_mask");
  return names;
}

void MultiheadAttentionSpec::validate_further(const Shape& x, const NamedShapes& further) const {
  const Shape& key = cross ? further.at("key") : x;
  if (key.size() != 3 || key.front() != x.front() || key.back() != embed_dim)
    refuse_shape(fmt::format("a key of {}×S×{}", x.front(), embed_dim), key);
  if (cross && further.at("value") != key)
    refuse_shape(fmt::format("a value of {}, as the key", to_string(key)), further.at("value"));
  const Shape keys{x.front(), key[1]};
  if (key_padding_mask && further.at("key_padding_mask") != keys)
    refuse_shape(fmt::format("a key_padding_mask of {}, a number for each key", to_string(keys)),
                 further.at("key_padding_mask"));
}

std::vector<ParameterSpec> MultiheadAttentionSpec::parameters() const {
  const std::int64_t e = embed_dim;
  std::vector<ParameterSpec> all{{"in_proj_weight", {3 * e, e}, ParameterRole::weight}};
  if (bias) all.push_back({"in_proj_bias", {3 * e}, ParameterRole::bias});
  all.push_back({"out_proj.weight", {e, e}, ParameterRole::weight});
  if (bias) all.push_back({"out_proj.bias", {e}, ParameterRole::bias});
  return all;
}

// For as many keys as queries. Scores and their product with the values are computed for all pairs of
// positions, also where nobody looks.
double MultiheadAttentionSpec::forward_flops(const Shape& x) const {
  const auto elements = static_cast<double>(element_count(x));
  return 8 * elements * static_cast<double>(embed_dim) + 4 * elements * static_cast<double>(x[1]);
}

std::vector<Example> MultiheadAttentionSpec::examples() {
  const auto attention = [](std::string name, MultiheadAttentionSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"attention", spec}}, std::move(input), scale);
  };
  const auto looking_at = [](Example example, std::int64_t keys) {
    Shape shape = example.input;
    shape[1] = keys;
    example.further = {{"key", shape}, {"value", shape}};
    return example;
  };
  const auto cross = [&](std::string name, MultiheadAttentionSpec spec, Shape input, std::int64_t keys,
                         double scale = 1) {
    spec.cross = true;
    return looking_at(attention(std::move(name), spec, std::move(input), scale), keys);
  };
  // The mask is drawn as the inputs are: every key is more or less hidden.
  const auto masked = [](Example example) {
    for (LayerSpec& layer : example.spec.layers)
      if (auto* attention = std::get_if<MultiheadAttentionSpec>(&layer.kind))
        attention->key_padding_mask = !example.further.contains("key") || attention->cross;
    const Shape keys = example.further.contains("key") ? example.further.at("key") : example.input;
    example.further["key_padding_mask"] = {keys[0], keys[1]};
    return example;
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
      attention("causal", {6, 2, true, true}, {2, 5, 6}),
      attention("causal_without_bias", {4, 2, false, true}, {2, 3, 4}),
      attention("several_hundred_rows", {2, 1}, {311, 2, 2}),
      attention("many_positions", {2, 2, true, true}, {1, 67, 2}),
      attention("wide", {67, 1}, {1, 3, 67}),
      // The scores are so far apart that in each row one probability is almost 1, and all others almost 0.
      attention("saturated", {4, 2}, {2, 5, 4}, 12),
      attention("huge", {4, 2}, {2, 5, 4}, 1e3),
      attention("tiny", {4, 2}, {2, 5, 4}, 1e-9),
      cross("cross", {6, 2}, {3, 5, 6}, 4),
      cross("cross_equal_sizes", {4, 2}, {2, 3, 4}, 3),
      cross("cross_one_key", {4, 2}, {2, 3, 4}, 1),
      cross("cross_one_query", {4, 2}, {2, 1, 4}, 5),
      cross("cross_without_bias", {6, 3, false}, {2, 3, 6}, 5),
      cross("cross_several_hundred_rows", {2, 1}, {311, 2, 2}, 3),
      cross("cross_saturated", {4, 2}, {2, 5, 4}, 3, 12),
      masked(attention("masked", {6, 2}, {3, 5, 6})),
      masked(attention("masked_equal_sizes", {4, 2}, {2, 2, 4})),
      masked(attention("masked_one_sample", {6, 3, false}, {1, 5, 6})),
      masked(attention("masked_causal", {6, 2, true, true}, {3, 5, 6})),
      masked(attention("masked_saturated", {4, 2}, {2, 5, 4}, 12)),
      masked(attention("masked_several_hundred_rows", {2, 1}, {311, 2, 2})),
      masked(cross("masked_cross", {6, 2}, {3, 5, 6}, 4)),
      masked(cross("masked_cross_one_query", {4, 2}, {2, 1, 4}, 5)),
  };
  // A decoder: it looks at itself, then at what an encoder has left.
  all.push_back(looking_at(
      layer_example(
          "decoder",
          {{"self_attn", MultiheadAttentionSpec{4, 2, true, true}},
           smooth_layer("smooth"),
           {"multihead_attn", MultiheadAttentionSpec{.embed_dim = 4, .num_heads = 2, .cross = true}}},
          {2, 3, 4}),
      5));
  all.push_back(masked(all.back()));
  all.back().name = "masked_decoder";
  // An encoder: all its layers take the same mask.
  MultiheadAttentionSpec layer{4, 2};
  layer.key_padding_mask = true;
  all.push_back(masked(layer_example(
      "masked_encoder", {{"first", layer}, smooth_layer("smooth"), {"second", layer}}, {3, 5, 4})));
  return all;
}

}  // namespace twin
