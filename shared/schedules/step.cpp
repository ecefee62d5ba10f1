#include "shared/schedules/step.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void StepSchedule::validate() const {
  if (step_size < 1) throw UsageError(fmt::format("step_size is {}", step_size), {}, "give 1 or more");
}

StepSchedule StepSchedule::stretched(double factor) const {
  return {stretched_steps(step_size, factor), gamma};
}

std::vector<Example> StepSchedule::examples() {
  const SgdSpec sgd{.lr = 0.3, .momentum = 0.9};
  return {training_example("every_second_step", sgd, StepSchedule{.step_size = 2, .gamma = 0.5}),
          training_example("every_step", sgd, StepSchedule{}),
          large_training_example("several_hundred_parameters", sgd, StepSchedule{.step_size = 2})};
}

}  // namespace twin
