// A learning rate that rises once and falls far (torch.optim.lr_scheduler.OneCycleLR, its rates without its
// momenta; Smith and Topin 2019, "Super-convergence").
//
//   low = 1 / div_factor, end = low / final_div_factor, top = pct_start·total_steps - 1, last = total_steps -
//   1
//
//   two phases     low → 1 in the steps 0 … top, 1 → end in the steps top … last
//   three phases   low → 1 in 0 … top, 1 → low in top … 2·top, low → end in 2·top … last
//
//   from a to b, at the part p of the way:   b + (a - b)·(1 + cos(π·p)) / 2,  or a + (b - a)·p
//
//   The steps are counted from 0: hence each - 1. The lowest rate is a part of the first one, not of the
//   highest. top need not be a whole number. When the steps are done, the rate stays; PyTorch refuses to go
//   on.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const OneCycleSchedule& schedule, std::int64_t step) {
  const auto total = static_cast<double>(schedule.total_steps);
  const double last = total - 1, top = schedule.pct_start * total - 1, back = 2 * top;
  const double low = 1 / schedule.div_factor, end = low / schedule.final_div_factor;
  const double t = std::min(static_cast<double>(step), last);
  // From a in step `from` to b in step `to`; in b where the way has no length.
  const auto on_the_way = [&](double a, double b, double from, double to) {
    const double p = to > from ? (t - from) / (to - from) : 1;
    return schedule.linear ? a + (b - a) * p : b + (a - b) * (1 + std::cos(std::numbers::pi * p)) / 2;
  };
  if (t <= top) return on_the_way(low, 1, 0, top);
  if (!schedule.three_phase) return on_the_way(1, end, top, last);
  return t <= back ? on_the_way(1, low, top, back) : on_the_way(low, end, back, last);
}

}  // namespace twin::manual
