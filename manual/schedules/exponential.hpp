// A learning rate that falls by the same factor in every step (torch.optim.lr_scheduler.ExponentialLR).
//
//   factor = gammaᵗ      t = 0, 1, …: the first step has the whole rate
#pragma once

#include <cmath>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const ExponentialSchedule& schedule, std::int64_t step) {
  return std::pow(schedule.gamma, static_cast<double>(step));
}

}  // namespace twin::manual
