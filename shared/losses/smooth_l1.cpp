#include "shared/losses/smooth_l1.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SmoothL1LossSpec::validate() const {
  if (std::isfinite(beta) && beta > 0) return;
  throw UsageError(fmt::format("beta is {}", beta), {},
                   beta == 0 ? "give a number above 0, or take the loss l1" : "give a finite number above 0");
}

std::vector<Example> SmoothL1LossSpec::examples() {
  const SmoothL1LossSpec narrow{.beta = 0.1}, wide{.beta = 1.75}, sum{.reduction = Reduction::sum},
      half{.beta = 0.5}, two_sum{.beta = 2, .reduction = Reduction::sum};
  std::vector<Example> all{
      loss_example("odd", SmoothL1LossSpec{}, {7, 3}),
      loss_example("one_element", SmoothL1LossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", SmoothL1LossSpec{}, {317, 5}),
      loss_example("picture", SmoothL1LossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", SmoothL1LossSpec{}, {3, 131}),
      loss_example("narrow_beta", narrow, {11, 7}),
      loss_example("wide_beta", wide, {11, 7}),
      loss_example("sum", sum, {11, 7}),
      loss_example("huge", SmoothL1LossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", SmoothL1LossSpec{}, {5, 3}, 1e-6),
      // Errors of exactly beta are met, and of 0. The mean of 2⁷ integers is exact.
      loss_example("integers", SmoothL1LossSpec{}, {16, 8}),
      loss_example("integers_half_beta", half, {16, 8}),
      loss_example("integers_sum", two_sum, {16, 8}),
  };
  for (auto example = all.end() - 3; example != all.end(); ++example) example->draw = Draw::integers;
  return all;
}

}  // namespace twin
