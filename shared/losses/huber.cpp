#include "shared/losses/huber.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void HuberLossSpec::validate() const {
  if (!(std::isfinite(delta) && delta > 0))
    throw UsageError(fmt::format("delta is {}", delta), {}, "give a finite number above 0");
}

std::vector<Example> HuberLossSpec::examples() {
  const HuberLossSpec narrow{.delta = 0.1}, wide{.delta = 1.75}, sum{.reduction = Reduction::sum},
      half{.delta = 0.5}, two_sum{.delta = 2, .reduction = Reduction::sum};
  std::vector<Example> all{
      loss_example("odd", HuberLossSpec{}, {7, 3}),
      loss_example("one_element", HuberLossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", HuberLossSpec{}, {317, 5}),
      loss_example("picture", HuberLossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", HuberLossSpec{}, {3, 131}),
      loss_example("narrow_delta", narrow, {11, 7}),
      loss_example("wide_delta", wide, {11, 7}),
      loss_example("sum", sum, {11, 7}),
      loss_example("huge", HuberLossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", HuberLossSpec{}, {5, 3}, 1e-6),
      // Errors of exactly delta are met, and of 0. The mean of 2⁷ integers is exact.
      loss_example("integers", HuberLossSpec{}, {16, 8}),
      loss_example("integers_half_delta", half, {16, 8}),
      loss_example("integers_sum", two_sum, {16, 8}),
  };
  for (auto example = all.end() - 3; example != all.end(); ++example) example->draw = Draw::integers;
  return all;
}

}  // namespace twin
