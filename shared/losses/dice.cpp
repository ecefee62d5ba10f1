#include "shared/losses/dice.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {
namespace {

// Outputs are probabilities: they come out of a sigmoid.
Example dice_example(std::string name, Shape shape, double scale = 1, double smooth = 1) {
  Example example = loss_example(std::move(name), DiceLossSpec{.smooth = smooth}, std::move(shape), scale);
  example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
  return example;
}

}  // namespace

void DiceLossSpec::validate() const {
  if (!(std::isfinite(smooth) && smooth >= 0))
    throw UsageError(fmt::format("smooth is {}", smooth), {}, "give a finite number of at least 0");
}

void DiceLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> DiceLossSpec::examples() {
  return {dice_example("odd", {7, 3}),
          dice_example("one_element", {1, 1}),
          dice_example("one_row", {1, 23}),
          dice_example("several_hundred_rows", {317, 5}),
          dice_example("picture", {2, 3, 5, 7}),
          dice_example("wide", {3, 131}),
          dice_example("not_smoothed", {11, 7}, 1, 0),
          dice_example("little_smoothed", {11, 7}, 1, 1e-5),
          dice_example("confident", {13, 5}, 9),
          dice_example("tiny", {5, 3}, 1e-6)};
}

}  // namespace twin
