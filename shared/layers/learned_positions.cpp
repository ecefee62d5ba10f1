#include "shared/layers/learned_positions.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void LearnedPositionsSpec::validate() const {
  positive_size(max_positions, "max_positions");
  positive_size(embed_dim, "embed_dim");
}

Shape LearnedPositionsSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() != embed_dim || x[1] > max_positions)
    refuse_shape(fmt::format("N×T×{} with T of {} at most", embed_dim, max_positions), x);
  return x;
}

std::vector<ParameterSpec> LearnedPositionsSpec::parameters() const {
  return {{"weight", {max_positions, embed_dim}, ParameterRole::weight}};
}

std::vector<Example> LearnedPositionsSpec::examples() {
  const auto positions = [](std::string name, LearnedPositionsSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"positions", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      positions("odd", {7, 6}, {3, 5, 6}),
      positions("one_feature", {3, 1}, {2, 3, 1}),
      positions("one_position", {4, 5}, {3, 1, 5}),
      positions("one_sample", {4, 3}, {1, 4, 3}),
      // As many samples as positions.
      positions("equal_sizes", {3, 3}, {3, 3, 3}),
      positions("rows_unused", {31, 2}, {2, 3, 2}),
      positions("several_hundred_rows", {2, 3}, {311, 2, 3}),
      positions("many_positions", {331, 3}, {2, 317, 3}),
      positions("wide", {3, 131}, {2, 3, 131}),
      positions("huge", {5, 4}, {2, 5, 4}, 1e6),
      positions("tiny", {5, 4}, {2, 5, 4}, 1e-12),
      positions("integers", {7, 3}, {5, 4, 3}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
