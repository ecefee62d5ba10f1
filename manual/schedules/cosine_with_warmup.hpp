// A learning rate that rises in a line and falls along a cosine (Loshchilov and Hutter 2017, "SGDR", eq. 5,
// without restarts).
//
//   t < warmup   factor = (t + 1) / warmup                 t = 0, 1, …: the first step is not lost
//   later        factor = floor + (1 - floor)·(1 + cos(π·p)) / 2,   p = (t - warmup) / (total - warmup)
//
//   p stays at 1 when the steps are done.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const CosineWithWarmupSchedule& schedule, std::int64_t step) {
  const auto t = static_cast<double>(step), warmup = static_cast<double>(schedule.warmup_steps);
  if (step < schedule.warmup_steps) return (t + 1) / warmup;
  const double p = std::min(1.0, (t - warmup) / (static_cast<double>(schedule.total_steps) - warmup));
  return schedule.floor + (1 - schedule.floor) * (1 + std::cos(std::numbers::pi * p)) / 2;
}

}  // namespace twin::manual
