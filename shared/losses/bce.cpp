#include "shared/losses/bce.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {
namespace {

// Outputs must lie in 0 … 1, a little beside the example too: they come out of a sigmoid.
Example bce_example(std::string name, Shape shape, double scale = 1, Reduction reduction = Reduction::mean) {
  Example example =
      loss_example(std::move(name), BceLossSpec{.reduction = reduction}, std::move(shape), scale);
  example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
  return example;
}

}  // namespace

void BceLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> BceLossSpec::examples() {
  return {bce_example("odd", {7, 3}),
          bce_example("one_element", {1, 1}),
          bce_example("one_output", {19, 1}),
          bce_example("several_hundred_rows", {317, 5}),
          bce_example("picture", {2, 3, 5, 7}),
          bce_example("wide", {3, 131}),
          bce_example("sum", {11, 7}, 1, Reduction::sum),
          bce_example("confident", {13, 5}, 9),
          bce_example("tiny", {5, 3}, 1e-6)};
}

}  // namespace twin
