// A learning rate that falls to nothing along a power (torch.optim.lr_scheduler.PolynomialLR).
//
//   factor = (1 - min(t, total_iters) / total_iters)^power      t = 0, 1, …
#pragma once

#include <algorithm>
#include <cmath>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const PolynomialSchedule& schedule, std::int64_t step) {
  const std::int64_t left = schedule.total_iters - std::min(step, schedule.total_iters);
  return std::pow(static_cast<double>(left) / static_cast<double>(schedule.total_iters), schedule.power);
}

}  // namespace twin::manual
