#include "shared/losses/focal.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void FocalLossSpec::validate() const {
  if (!(std::isfinite(alpha) && alpha <= 1))
    throw UsageError(fmt::format("alpha is {}", alpha), {},
                     "give a number of at most 1, one below 0 for no balance of the two sides");
  if (!(std::isfinite(gamma) && gamma >= 0))
    throw UsageError(fmt::format("gamma is {}", gamma), {}, "give a finite number of at least 0");
}

void FocalLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> FocalLossSpec::examples() {
  const FocalLossSpec unbalanced{.alpha = -1}, rare{.alpha = 0.9}, without_focus{.gamma = 0},
      first_power{.gamma = 1}, root{.gamma = 0.5}, sharp{.alpha = 0.5, .gamma = 3.5},
      sum{.reduction = Reduction::sum};
  return {loss_example("odd", FocalLossSpec{}, {7, 3}), loss_example("one_element", FocalLossSpec{}, {1, 1}),
          loss_example("one_output", FocalLossSpec{}, {19, 1}),
          loss_example("several_hundred_rows", FocalLossSpec{}, {317, 5}),
          loss_example("picture", FocalLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", FocalLossSpec{}, {3, 131}), loss_example("unbalanced", unbalanced, {11, 7}),
          loss_example("rare", rare, {11, 7}), loss_example("without_focus", without_focus, {11, 7}),
          loss_example("first_power", first_power, {11, 7}), loss_example("root", root, {11, 7}),
          loss_example("sharp", sharp, {11, 7}), loss_example("sum", sum, {11, 7}),
          loss_example("confident", FocalLossSpec{}, {13, 5}, 9),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", FocalLossSpec{}, {5, 3}, 1e4),
          loss_example("tiny", FocalLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
