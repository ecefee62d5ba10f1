// A learning rate that falls every so many steps (torch.optim.lr_scheduler.StepLR).
//
//   factor = gamma^⌊t / step_size⌋      t = 0, 1, …: the first step_size steps have the whole rate
#pragma once

#include <cmath>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const StepSchedule& schedule, std::int64_t step) {
  return std::pow(schedule.gamma, static_cast<double>(step / schedule.step_size));
}

}  // namespace twin::manual
