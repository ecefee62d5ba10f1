#include "shared/losses/triplet_margin.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void TripletMarginLossSpec::validate() const {
  if (!std::isfinite(margin))
    throw UsageError(fmt::format("margin is {}", margin), {}, "give a finite number");
  if (!std::isfinite(eps)) throw UsageError(fmt::format("eps is {}", eps), {}, "give a finite number");
}

Shape TripletMarginLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.size() != 3 || outputs[1] != 3)
    throw ShapeError(fmt::format("outputs: expected triplets, N×3×D, got {}", to_string(outputs)));
  return {outputs[0], 0};
}

std::vector<Example> TripletMarginLossSpec::examples() {
  // The size of eps shows: it is as large as the distances.
  const TripletMarginLossSpec large_eps{.eps = 0.5}, swapped{.swap = true},
      wide_swapped{.margin = 2, .swap = true}, narrow{.margin = 0.25};
  return {loss_example("odd", TripletMarginLossSpec{}, {7, 3, 5}),
          loss_example("one_triplet", TripletMarginLossSpec{}, {1, 3, 3}),
          loss_example("of_numbers", TripletMarginLossSpec{}, {19, 3, 1}),
          loss_example("several_hundred_rows", TripletMarginLossSpec{}, {317, 3, 7}),
          loss_example("wide", TripletMarginLossSpec{}, {3, 3, 131}),
          loss_example("narrow", narrow, {19, 3, 5}),
          loss_example("large_eps", large_eps, {11, 3, 5}),
          loss_example("swapped", swapped, {19, 3, 5}),
          loss_example("wide_swapped", wide_swapped, {11, 3, 2}, 3),
          loss_example("huge", TripletMarginLossSpec{}, {13, 3, 5}, 1e6),
          loss_example("tiny", TripletMarginLossSpec{}, {13, 3, 5}, 1e-3)};
}

}  // namespace twin
