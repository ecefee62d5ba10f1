#include "shared/schedules/cosine_annealing_warm_restarts.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/schedule_steps.hpp"

namespace twin {

void CosineAnnealingWarmRestartsSchedule::validate() const {
  if (t_0 < 1) throw UsageError(fmt::format("t_0 is {}", t_0), {}, "give 1 or more");
  if (t_mult < 1) throw UsageError(fmt::format("t_mult is {}", t_mult), {}, "give 1 or more");
}

CosineAnnealingWarmRestartsSchedule CosineAnnealingWarmRestartsSchedule::stretched(double factor) const {
  return {stretched_steps(t_0, factor), t_mult, eta_min};
}

std::vector<Example> CosineAnnealingWarmRestartsSchedule::examples() {
  const auto with = [](std::string name, CosineAnnealingWarmRestartsSchedule schedule) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3, .momentum = 0.9}, schedule);
  };
  // Three steps are judged: they meet a fall, a restart, and a cycle that is longer.
  return {with("fall", {.t_0 = 5}), with("restart", {.t_0 = 2, .eta_min = 0.25}),
          with("longer_cycles", {.t_0 = 1, .t_mult = 3, .eta_min = 0.25}),
          large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3, .momentum = 0.9},
                                 CosineAnnealingWarmRestartsSchedule{.t_0 = 2, .t_mult = 2})};
}

}  // namespace twin
