#include "shared/layers/rotary_embedding.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void RotaryEmbeddingSpec::validate() const {
  positive_size(head_dim, "head_dim");
  if (head_dim % 2 != 0)
    throw LayerError(
        fmt::format("expected an even head_dim, for its columns are turned in pairs, got {}", head_dim));
  if (!(theta > 0) || !std::isfinite(theta))
    throw LayerError(fmt::format("expected a finite theta above 0, got {}", theta));
}

Shape RotaryEmbeddingSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x.back() % head_dim != 0)
    refuse_shape(fmt::format("N×T×E with a multiple of {} for E", head_dim), x);
  return x;
}

std::vector<Example> RotaryEmbeddingSpec::examples() {
  const auto rotary = [](std::string name, RotaryEmbeddingSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"rotary", spec}}, std::move(input), scale);
  };
  return {
      rotary("odd", {6}, {3, 5, 18}),
      rotary("one_head", {6}, {2, 7, 6}),
      rotary("one_plane", {2}, {2, 3, 2}),
      rotary("heads_of_one_plane", {2}, {2, 5, 6}),
      // As many positions as columns of a head, and as heads.
      rotary("equal_sizes", {4}, {2, 4, 16}),
      // Position 0 is not turned.
      rotary("one_position", {4}, {3, 1, 8}),
      rotary("small_theta", {6, 10}, {2, 5, 6}),
      rotary("large_theta", {10, 500000}, {1, 7, 20}),
      rotary("several_hundred_rows", {4}, {311, 2, 4}),
      rotary("many_positions", {4}, {1, 331, 8}),
      rotary("wide", {66}, {1, 3, 132}),
      rotary("huge", {4}, {2, 5, 8}, 1e9),
      rotary("tiny", {4}, {2, 5, 8}, 1e-9),
  };
}

}  // namespace twin
