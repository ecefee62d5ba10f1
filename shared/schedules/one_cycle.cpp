#include "shared/schedules/one_cycle.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void OneCycleSchedule::validate() const {
  if (total_steps < 1) throw UsageError(fmt::format("total_steps is {}", total_steps), {}, "give 1 or more");
  if (pct_start > 1) throw UsageError(fmt::format("pct_start is {}", pct_start), {}, "give at most 1");
}

OneCycleSchedule OneCycleSchedule::stretched(double factor) const {
  OneCycleSchedule longer = *this;
  longer.total_steps = stretched_steps(total_steps, factor);
  return longer;
}

std::vector<Example> OneCycleSchedule::examples() {
  const auto with = [](std::string name, OneCycleSchedule schedule) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3, .momentum = 0.9}, schedule);
  };
  // Three steps are judged: they meet the rise, the top, the fall, and what follows the last step.
  return {
      with("rise", {.total_steps = 10, .pct_start = 0.4}),
      with("fall", {.total_steps = 4, .pct_start = 0.25, .div_factor = 4, .final_div_factor = 8}),
      with("linear",
           {.total_steps = 4, .pct_start = 0.5, .linear = true, .div_factor = 4, .final_div_factor = 8}),
      with("three_phases",
           {.total_steps = 4, .pct_start = 0.4, .div_factor = 4, .final_div_factor = 8, .three_phase = true}),
      with("past_the_end", {.total_steps = 2, .div_factor = 4, .final_div_factor = 8}),
      large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3, .momentum = 0.9},
                             OneCycleSchedule{.total_steps = 7, .pct_start = 0.3})};
}

}  // namespace twin
