#include "shared/losses/multi_margin.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void MultiMarginLossSpec::validate() const {
  if (p != 1 && p != 2) throw UsageError(fmt::format("p is {}", p), {}, "give 1 or 2");
  if (!std::isfinite(margin))
    throw UsageError(fmt::format("margin is {}", margin), {}, "give a finite number");
}

void MultiMarginLossSpec::validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || labels[i] >= outputs.back())
      throw DataError(
          fmt::format("label {} of sample {} is out of range 0…{}", labels[i], i, outputs.back() - 1));
}

std::vector<Example> MultiMarginLossSpec::examples() {
  const MultiMarginLossSpec squared{.p = 2}, narrow{.margin = 0.25}, no_margin{.margin = 0},
      wide_squared{.p = 2, .margin = 2};
  std::vector<Example> all{
      loss_example("odd", MultiMarginLossSpec{}, {7, 5}),
      loss_example("one_row", MultiMarginLossSpec{}, {1, 3}),
      loss_example("two_classes", MultiMarginLossSpec{}, {19, 2}),
      loss_example("several_hundred_rows", MultiMarginLossSpec{}, {317, 10}),
      loss_example("sequence", MultiMarginLossSpec{}, {3, 5, 7}),
      loss_example("many_classes", MultiMarginLossSpec{}, {5, 131}),
      loss_example("squared", squared, {11, 7}),
      loss_example("narrow", narrow, {11, 7}),
      loss_example("no_margin", no_margin, {11, 7}),
      loss_example("wide_squared", wide_squared, {13, 5}, 3),
      loss_example("huge", MultiMarginLossSpec{}, {13, 5}, 1e6),
      loss_example("tiny", MultiMarginLossSpec{}, {13, 5}, 1e-6),
      // Margins are met exactly. Sums of 2⁷ integers are exact in any order.
      loss_example("integers", MultiMarginLossSpec{}, {32, 8}),
      loss_example("integers_squared", squared, {32, 8}),
  };
  all[all.size() - 2].draw = all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
