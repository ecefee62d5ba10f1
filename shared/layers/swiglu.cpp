#include "shared/layers/swiglu.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SwigluSpec::validate() const {
  positive_size(hidden_size, "hidden_size");
  positive_size(intermediate_size, "intermediate_size");
}

std::vector<LayerSpec> SwigluSpec::children() const {
  const DenseSpec up{hidden_size, intermediate_size, bias}, down{intermediate_size, hidden_size, bias};
  return {{"gate_proj", up}, {"up_proj", up}, {"down_proj", down}};
}

Shape SwigluSpec::output_shape(const Shape& x) const {
  if (x.back() != hidden_size) refuse_shape(fmt::format("{} features", hidden_size), x);
  return x;
}

std::vector<ParameterSpec> SwigluSpec::parameters() const { return parameters_of(children()); }

// Three products of the same arithmetic.
double SwigluSpec::forward_flops(const Shape& x) const {
  return 3 * twin::forward_flops({children().front()}, x);
}

std::vector<Example> SwigluSpec::examples() {
  const auto swiglu = [](std::string name, SwigluSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"mlp", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      swiglu("odd", {5, 7}, {3, 5}),
      swiglu("one_row", {3, 2}, {1, 3}),
      swiglu("one_feature", {1, 1}, {2, 1}),
      swiglu("square", {3, 3}, {5, 3}),
      swiglu("sequence", {3, 5}, {2, 7, 3}),
      swiglu("with_bias", {5, 3, true}, {4, 5}),
      swiglu("several_hundred_rows", {3, 2, true}, {317, 3}),
      swiglu("wide", {67, 131}, {3, 67}),
      // The gates are open or closed, with hardly any in between.
      swiglu("saturated", {4, 5}, {7, 4}, 40),
      swiglu("huge", {4, 5}, {7, 4}, 150),
      swiglu("tiny", {4, 5}, {7, 4}, 1e-12),
  };
  // Where inputs are large, their product runs away at the usual rate.
  for (Example& example : all)
    if (example.scale > 1) example.spec.optimizer = SgdSpec{.lr = 1e-8, .momentum = 0.9};
  all.push_back(layer_example(
      "around", {{"residual", ResidualSpec{{{"mlp", SwigluSpec{3, 5}}}}}, smooth_layer("smooth")}, {5, 3}));
  return all;
}

}  // namespace twin
