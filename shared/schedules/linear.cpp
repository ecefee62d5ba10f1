#include "shared/schedules/linear.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void LinearSchedule::validate() const {
  if (start_factor > 1 || end_factor > 1)
    throw UsageError(fmt::format("factors from {} to {}", start_factor, end_factor), {}, "give at most 1");
  if (total_iters < 1) throw UsageError(fmt::format("total_iters is {}", total_iters), {}, "give 1 or more");
}

LinearSchedule LinearSchedule::stretched(double factor) const {
  return {start_factor, end_factor, stretched_steps(total_iters, factor)};
}

std::vector<Example> LinearSchedule::examples() {
  const SgdSpec sgd{.lr = 0.3, .momentum = 0.9};
  return {
      training_example("warmup", sgd, LinearSchedule{}),
      training_example("fall", sgd, LinearSchedule{.start_factor = 1, .end_factor = 0.25, .total_iters = 2}),
      training_example("past_the_end", sgd, LinearSchedule{.end_factor = 0.5, .total_iters = 1}),
      large_training_example("several_hundred_parameters", sgd, LinearSchedule{.total_iters = 7})};
}

}  // namespace twin
