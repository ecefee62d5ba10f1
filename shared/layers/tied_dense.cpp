#include "shared/layers/tied_dense.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void TiedDenseSpec::validate() const {
  positive_size(in_features, "in_features");
  positive_size(out_features, "out_features");
}

Shape TiedDenseSpec::output_shape(Shape x) const {
  if (x.back() != in_features) refuse_shape(fmt::format("{} features", in_features), x);
  x.back() = out_features;
  return x;
}

double TiedDenseSpec::forward_flops(const Shape& x) const {
  return 2.0 * static_cast<double>(element_count(x)) * static_cast<double>(out_features);
}

void TiedDenseSpec::expect_weight(const Shape& shape, std::string_view path) const {
  if (shape.empty())
    throw LayerError(fmt::format("expected the path of an embedding before it, got \"{}\"", embedding), path);
  const Shape own{out_features, in_features};
  if (shape != own)
    throw LayerError(fmt::format("expected {} for {}, got {}", to_string(own), weight(), to_string(shape)),
                     path);
}

std::vector<Example> TiedDenseSpec::examples() {
  const auto tied = [](std::string name, std::int64_t words, std::int64_t features, Shape input,
                       std::vector<LayerSpec> between = {}) {
    std::vector<LayerSpec> layers{{"embed", EmbeddingSpec{words, features}}};
    layers.insert(layers.end(), between.begin(), between.end());
    layers.push_back({"head", TiedDenseSpec{"embed", features, words}});
    return layer_example(std::move(name), std::move(layers), std::move(input));
  };
  const std::vector<LayerSpec> smooth{{"dense", DenseSpec{3, 3}}, smooth_layer("smooth")};
  std::vector<Example> all{
      tied("odd", 7, 3, {2, 5}),
      tied("one_index", 3, 2, {1, 1}),
      tied("one_feature", 5, 1, {2, 3}),
      // As many words as features: W and Wᵀ have one shape.
      tied("square", 5, 5, {3, 2}),
      tied("wide", 131, 67, {1, 2}),
      // Most rows of the weight are used by the head alone.
      tied("rare_words", 23, 3, {2, 2}),
      tied("layers_between", 11, 3, {3, 4}, smooth),
      tied("several_hundred_rows", 5, 3, {317, 1}, smooth),
      tied("integers", 7, 5, {5, 3}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
