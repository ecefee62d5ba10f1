#include "shared/schedules/cosine_annealing.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void CosineAnnealingSchedule::validate() const {
  if (t_max < 1) throw UsageError(fmt::format("t_max is {}", t_max), {}, "give 1 or more");
}

CosineAnnealingSchedule CosineAnnealingSchedule::stretched(double factor) const {
  return {stretched_steps(t_max, factor), eta_min};
}

std::vector<Example> CosineAnnealingSchedule::examples() {
  const SgdSpec sgd{.lr = 0.3, .momentum = 0.9};
  return {training_example("fall", sgd, CosineAnnealingSchedule{.t_max = 5}),
          training_example("rise_again", sgd, CosineAnnealingSchedule{.t_max = 1, .eta_min = 0.25}),
          large_training_example("several_hundred_parameters", sgd,
                                 CosineAnnealingSchedule{.t_max = 3, .eta_min = 0.1})};
}

}  // namespace twin
