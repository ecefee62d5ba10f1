// A learning rate that falls along a cosine again and again
// (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017, "SGDR", eq. 5).
//
//   factor = eta_min + (1 - eta_min)·(1 + cos(π·s / T)) / 2
//
//   s: the number of the step in its cycle, 0, 1, …, T - 1;  T = t_0, then t_0·t_mult, t_0·t_mult², …
//
//   s never reaches T: the step that would have the lowest rate of all, eta_min, is the first of the next
//   cycle and has the whole rate.
#pragma once

#include <cmath>
#include <numbers>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const CosineAnnealingWarmRestartsSchedule& schedule, std::int64_t step) {
  std::int64_t length = schedule.t_0;
  if (schedule.t_mult == 1) {
    step %= length;
  } else {
    while (step >= length) {
      step -= length;
      length *= schedule.t_mult;
    }
  }
  const double p = static_cast<double>(step) / static_cast<double>(length);
  return schedule.eta_min + (1 - schedule.eta_min) * (1 + std::cos(std::numbers::pi * p)) / 2;
}

}  // namespace twin::manual
