#include "shared/layers/prelu.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void PreluSpec::validate() const { positive_size(num_parameters, "num_parameters"); }

Shape PreluSpec::output_shape(const Shape& x) const {
  if (num_parameters > 1 && (x.size() < 2 || x[1] != num_parameters))
    refuse_shape(fmt::format("N×{0} or N×{0}×…", num_parameters), x);
  return x;
}

std::vector<ParameterSpec> PreluSpec::parameters() const {
  return {{"weight", {num_parameters}, ParameterRole::slope}};
}

std::vector<Example> PreluSpec::examples() {
  const auto prelu = [](std::string name, PreluSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"prelu", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      prelu("odd", {3}, {7, 3}),
      prelu("one_slope", {}, {7, 3}),
      prelu("one_element", {}, {1, 1}),
      prelu("sequence", {3}, {2, 3, 7}),
      prelu("picture", {3}, {2, 3, 5, 7}),
      prelu("picture_one_slope", {}, {2, 3, 5, 7}),
      prelu("several_hundred_rows", {3}, {317, 3}),
      prelu("wide", {131}, {5, 131}),
      prelu("wide_one_slope", {}, {5, 131}),
      prelu("huge", {3}, {7, 3}, 1e9),
      prelu("small", {3}, {7, 3}, 1e-2),
      // The side of the kink is decided on numbers that are rounded.
      layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"prelu", PreluSpec{11}}}, {7, 5}),
      // A seventh of the inputs lies on the kink.
      prelu("integers", {3}, {5, 3, 7}),
      prelu("integers_one_slope", {}, {17, 13}),
  };
  for (std::size_t i = all.size() - 2; i < all.size(); ++i) all[i].draw = Draw::integers;
  return all;
}

}  // namespace twin
