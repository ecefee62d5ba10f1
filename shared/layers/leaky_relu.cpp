#include "shared/layers/leaky_relu.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void LeakyReluSpec::validate() const {
  if (!std::isfinite(negative_slope))
    throw LayerError(fmt::format("negative_slope is {}, expected a finite number", negative_slope));
}

std::vector<Example> LeakyReluSpec::examples() {
  const auto leaky_relu = [](std::string name, Shape input, double scale = 1, LeakyReluSpec spec = {}) {
    return layer_example(std::move(name), {{"leaky_relu", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      leaky_relu("odd", {7, 3}),
      leaky_relu("one_element", {1, 1}),
      leaky_relu("picture", {2, 3, 5, 7}),
      leaky_relu("several_hundred_rows", {317, 3}),
      leaky_relu("wide", {3, 131}),
      leaky_relu("huge", {5, 13}, 1e12),
      leaky_relu("small", {5, 13}, 1e-2),
      leaky_relu("steep", {5, 13}, 1, {.negative_slope = 0.3}),
      leaky_relu("flat", {5, 13}, 1, {.negative_slope = 0}),
      // max(x, slope·x) is no longer right.
      leaky_relu("steeper_than_one", {5, 13}, 1, {.negative_slope = 1.5}),
      leaky_relu("falling", {5, 13}, 1, {.negative_slope = -0.5}),
      // The side of the kink is decided on numbers that are rounded.
      layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"leaky_relu", LeakyReluSpec{}}}, {7, 5}),
      // A seventh of the inputs lies on the kink; a quarter of an integer is exact.
      leaky_relu("integers", {17, 13}, 1, {.negative_slope = 0.25}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
