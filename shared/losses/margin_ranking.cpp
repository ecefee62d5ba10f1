#include "shared/losses/margin_ranking.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void MarginRankingLossSpec::validate() const {
  if (!std::isfinite(margin))
    throw UsageError(fmt::format("margin is {}", margin), {}, "give a finite number");
}

Shape MarginRankingLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.size() < 2 || outputs[1] != 2)
    throw ShapeError(fmt::format("outputs: expected pairs, N×2×…, got {}", to_string(outputs)));
  Shape pairs = outputs;
  pairs.erase(pairs.begin() + 1);
  return pairs;
}

std::vector<Example> MarginRankingLossSpec::examples() {
  const MarginRankingLossSpec narrow{.margin = 0.25}, wide{.margin = 2};
  std::vector<Example> all{
      loss_example("odd", MarginRankingLossSpec{}, {7, 2, 3}),
      loss_example("one_pair", MarginRankingLossSpec{}, {1, 2}),
      loss_example("of_numbers", narrow, {19, 2}),
      loss_example("several_hundred_rows", narrow, {317, 2, 5}),
      loss_example("picture", narrow, {3, 2, 5, 7}),
      loss_example("wide", MarginRankingLossSpec{}, {3, 2, 131}),
      // On both sides of the margin.
      loss_example("around_the_margin", wide, {19, 2, 7}, 2),
      loss_example("huge", narrow, {5, 2, 3}, 1e6),
      loss_example("tiny", narrow, {5, 2, 3}, 1e-6),
      // One pair in seven is of equals. The mean of 2⁷ integers is exact.
      loss_example("integers", MarginRankingLossSpec{}, {16, 2, 8}),
      // Margins are met exactly.
      loss_example("integers_wide", wide, {16, 2, 8}),
  };
  all[all.size() - 2].draw = all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
