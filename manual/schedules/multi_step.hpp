// A learning rate that falls at given steps (torch.optim.lr_scheduler.MultiStepLR).
//
//   factor = gamma^n      n: the number of milestones m ≤ t;  t = 0, 1, …
//
//   The step whose number is a milestone has the lower rate already.
#pragma once

#include <algorithm>
#include <cmath>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const MultiStepSchedule& schedule, std::int64_t step) {
  const auto& milestones = schedule.milestones;
  const auto passed = std::upper_bound(milestones.begin(), milestones.end(), step) - milestones.begin();
  return std::pow(schedule.gamma, static_cast<double>(passed));
}

}  // namespace twin::manual
