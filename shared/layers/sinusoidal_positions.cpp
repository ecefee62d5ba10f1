#include "shared/layers/sinusoidal_positions.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SinusoidalPositionsSpec::validate() const { positive_size(embed_dim, "embed_dim"); }

Shape SinusoidalPositionsSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() != embed_dim) refuse_shape(fmt::format("N×T×{}", embed_dim), x);
  return x;
}

std::vector<Example> SinusoidalPositionsSpec::examples() {
  const auto positions = [](std::string name, SinusoidalPositionsSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"positions", spec}}, std::move(input), scale);
  };
  return {
      positions("odd", {6}, {3, 5, 6}),
      positions("odd_features", {5}, {2, 7, 5}),
      positions("one_feature", {1}, {2, 3, 1}),
      positions("one_position", {4}, {3, 1, 4}),
      // As many samples as positions.
      positions("equal_sizes", {4}, {4, 4, 4}),
      positions("several_hundred_rows", {4}, {311, 2, 4}),
      positions("many_positions", {4}, {1, 331, 4}),
      positions("wide", {132}, {1, 3, 132}),
      positions("huge", {4}, {2, 5, 4}, 1e6),
      positions("tiny", {4}, {2, 5, 4}, 1e-12),
  };
}

}  // namespace twin
