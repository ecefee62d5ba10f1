#include "shared/schedules/cosine_with_warmup.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void CosineWithWarmupSchedule::validate() const {
  if (warmup_steps < 0 || warmup_steps >= total_steps)
    throw UsageError(fmt::format("a warm-up of {} steps of {}", warmup_steps, total_steps), {},
                     "give at least 0 and fewer than all");
}

std::vector<Example> CosineWithWarmupSchedule::examples() {
  const auto with = [](std::string name, CosineWithWarmupSchedule schedule) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3, .momentum = 0.9}, schedule);
  };
  // Three steps are judged: they meet the rise, the top, the fall, and what follows the last step.
  return {with("warmup", {2, 7}), with("fall", {0, 3, 0.1}), with("past_the_end", {0, 1, 0.25}),
          large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3, .momentum = 0.9},
                                 CosineWithWarmupSchedule{2, 7})};
}

}  // namespace twin
