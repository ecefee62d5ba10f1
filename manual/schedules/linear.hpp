// A learning rate that goes along a line to its end (torch.optim.lr_scheduler.LinearLR).
//
//   factor = start_factor + (end_factor - start_factor)·min(t, total_iters) / total_iters      t = 0, 1, …
//
//   The first step has start_factor: the line ends in step total_iters, the one after that many.
#pragma once

#include <algorithm>

#include "stems/schedules.hpp"

namespace twin::manual {

inline double factor_of(const LinearSchedule& schedule, std::int64_t step) {
  const double p =
      static_cast<double>(std::min(step, schedule.total_iters)) / static_cast<double>(schedule.total_iters);
  return schedule.start_factor + (schedule.end_factor - schedule.start_factor) * p;
}

}  // namespace twin::manual
