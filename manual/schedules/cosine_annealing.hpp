// A learning rate that swings along a cosine (torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and
// Hutter 2017, "SGDR", eq. 5, without restarts).
//
//   factor = eta_min + (1 - eta_min)·(1 + cos(π·t / t_max)) / 2      t = 0, 1, …
//
//   eta_min is part of both terms: the factor starts at 1. Behind t_max the cosine goes on, and the rate
//   rises again, as in PyTorch. The whole periods are taken off as integers: so the angle is as exact in a
//   late step as in an early one.
#pragma once

#include <cmath>
#include <numbers>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const CosineAnnealingSchedule& schedule, std::int64_t step) {
  const double half_periods =
      static_cast<double>(step % (2 * schedule.t_max)) / static_cast<double>(schedule.t_max);
  return schedule.eta_min + (1 - schedule.eta_min) * (1 + std::cos(std::numbers::pi * half_periods)) / 2;
}

}  // namespace twin::manual
