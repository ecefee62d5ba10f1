#include "shared/schedules/cosine_with_warmup.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void CosineWithWarmupSchedule::validate() const {
  if (warmup_steps < 0 || warmup_steps >= total_steps)
    throw UsageError(fmt::format("a warm-up of {} steps of {}", warmup_steps, total_steps), {},
                     "give at least 0 and fewer than all");
}

CosineWithWarmupSchedule CosineWithWarmupSchedule::stretched(double factor) const {
  const auto steps = [&](std::int64_t n) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(n) * factor));
  };
  CosineWithWarmupSchedule longer = *this;
  longer.warmup_steps = steps(warmup_steps);
  longer.total_steps = std::max(steps(total_steps), longer.warmup_steps + 1);
  return longer;
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
