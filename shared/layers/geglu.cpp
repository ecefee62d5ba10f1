#include "shared/layers/geglu.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void GegluSpec::validate() const {
  positive_size(hidden_size, "hidden_size");
  positive_size(intermediate_size, "intermediate_size");
}

std::vector<LayerSpec> GegluSpec::children() const {
  const DenseSpec up{hidden_size, intermediate_size, bias}, down{intermediate_size, hidden_size, bias};
  return {{"gate_proj", up}, {"up_proj", up}, {"down_proj", down}};
}

Shape GegluSpec::output_shape(const Shape& x) const {
  if (x.back() != hidden_size) refuse_shape(fmt::format("{} features", hidden_size), x);
  return x;
}

std::vector<ParameterSpec> GegluSpec::parameters() const { return parameters_of(children()); }

// Three products of the same arithmetic.
double GegluSpec::forward_flops(const Shape& x) const {
  return 3 * twin::forward_flops({children().front()}, x);
}

std::vector<Example> GegluSpec::examples() {
  const auto geglu = [](std::string name, GegluSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"mlp", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      geglu("odd", {5, 7}, {3, 5}),
      geglu("one_row", {3, 2}, {1, 3}),
      geglu("one_feature", {1, 1}, {2, 1}),
      geglu("square", {3, 3}, {5, 3}),
      geglu("sequence", {3, 5}, {2, 7, 3}),
      geglu("with_bias", {5, 3, true}, {4, 5}),
      geglu("several_hundred_rows", {3, 2, true}, {317, 3}),
      geglu("wide", {67, 131}, {3, 67}),
      // The gates are open or closed, with hardly any in between.
      geglu("saturated", {4, 5}, {7, 4}, 40),
      geglu("huge", {4, 5}, {7, 4}, 150),
      geglu("tiny", {4, 5}, {7, 4}, 1e-12),
  };
  // Where inputs are large, their product runs away at the usual rate.
  for (Example& example : all)
    if (example.scale > 1) example.spec.optimizer = SgdSpec{.lr = 1e-8, .momentum = 0.9};
  all.push_back(layer_example(
      "around", {{"residual", ResidualSpec{{{"mlp", GegluSpec{3, 5}}}}}, smooth_layer("smooth")}, {5, 3}));
  return all;
}

}  // namespace twin
