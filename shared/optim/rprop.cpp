#include "shared/optim/rprop.hpp"

#include <fmt/format.h>
#include <utility>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void RpropSpec::validate() const {
  if (etaplus <= 1) throw UsageError(fmt::format("etaplus is {}", etaplus), {}, "give a number above 1");
  if (step_size_min > step_size_max)
    throw UsageError(fmt::format("step sizes from {} to {}", step_size_min, step_size_max), {},
                     "give a step_size_min that is not above step_size_max");
}

std::vector<Example> RpropSpec::examples() {
  // From few rows: gradients of which many turn from step to step.
  const auto noisy = [](std::string name, const RpropSpec& optimizer) {
    Example example = large_training_example(std::move(name), optimizer);
    example.input[0] = 3;
    return example;
  };
  // Integers as inputs and targets: some gradients are 0.
  Example zeros = layer_example("zeros", {{"dense", DenseSpec{3, 5}}}, {7, 3});
  zeros.draw = Draw::integers;
  zeros.spec.optimizer = RpropSpec{};
  return {training_example("plain", RpropSpec{}),
          large_training_example("several_hundred_parameters", RpropSpec{}),
          noisy("other_etas", RpropSpec{.lr = 0.02, .etaminus = 0.25, .etaplus = 2}),
          noisy("narrow", RpropSpec{.lr = 0.01, .step_size_min = 0.008, .step_size_max = 0.011}), zeros};
}

}  // namespace twin
