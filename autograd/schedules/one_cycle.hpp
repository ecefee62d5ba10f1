// LibTorch's C++ side has no OneCycleLR: the factor out of tensors, by the half angle.
#pragma once

#include <algorithm>
#include <numbers>
#include <torch/types.h>
#include <vector>

#include "shared/schedules/one_cycle.hpp"

namespace twin::autograd {

inline double factor_of(const OneCycleSchedule& schedule, std::int64_t step) {
  struct Phase {
    double start, end, from, to;
  };
  const auto number = [](double value) { return torch::full({}, value, torch::kFloat64); };
  const auto total = static_cast<double>(schedule.total_steps);
  const double top = schedule.pct_start * total - 1, low = 1 / schedule.div_factor;
  const double lowest = 1 / (schedule.div_factor * schedule.final_div_factor);
  std::vector<Phase> phases{{0, top, low, 1}};
  if (schedule.three_phase) phases.push_back({top, 2 * top, 1, low});
  phases.push_back({phases.back().end, total - 1, phases.back().to, lowest});

  const double t = std::min(static_cast<double>(step), total - 1);
  const Phase phase =
      *std::find_if(phases.begin(), phases.end() - 1, [&](const Phase& each) { return t <= each.end; });
  const double length = phase.end - phase.start;
  const torch::Tensor p = length > 0 ? number(t - phase.start) / length : number(1);
  const torch::Tensor from = number(phase.from), to = number(phase.to);
  // (1 + cos(π·p)) / 2 = cos²(π·p / 2)
  const torch::Tensor factor = schedule.linear
                                   ? torch::lerp(from, to, p)
                                   : torch::lerp(to, from, torch::cos(p * (std::numbers::pi / 2)).square());
  return factor.item<double>();
}

}  // namespace twin::autograd
