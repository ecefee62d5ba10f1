// LibTorch's C++ side has no cosine schedule: the factor out of tensors, by the half angle.
#pragma once

#include <numbers>
#include <torch/types.h>

#include "shared/schedules/cosine_with_warmup.hpp"

namespace twin::autograd {

inline double factor_of(const CosineWithWarmupSchedule& schedule, std::int64_t step) {
  const torch::Tensor t = torch::full({}, static_cast<double>(step), torch::kFloat64);
  if (step < schedule.warmup_steps) return ((t + 1) / schedule.warmup_steps).item<double>();
  const torch::Tensor done = (t - schedule.warmup_steps) / (schedule.total_steps - schedule.warmup_steps);
  // (1 + cos(π·p)) / 2 = cos²(π·p / 2)
  const torch::Tensor half = torch::cos(done.clamp_max(1) * (std::numbers::pi / 2)).square();
  return (schedule.floor + (1 - schedule.floor) * half).item<double>();
}

}  // namespace twin::autograd
