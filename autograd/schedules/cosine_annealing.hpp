// LibTorch's C++ side has no cosine schedule: the factor out of tensors, by the half angle.
#pragma once

#include <numbers>
#include <torch/types.h>

#include "shared/schedules/cosine_annealing.hpp"

namespace twin::autograd {

inline double factor_of(const CosineAnnealingSchedule& schedule, std::int64_t step) {
  const torch::Tensor t = torch::full({}, static_cast<double>(step), torch::kFloat64);
  // (1 + cos(π·p)) / 2 = cos²(π·p / 2)
  const torch::Tensor angle = torch::remainder(t, 2.0 * static_cast<double>(schedule.t_max)) /
                              schedule.t_max * (std::numbers::pi / 2);
  return (schedule.eta_min + (1 - schedule.eta_min) * torch::cos(angle).square()).item<double>();
}

}  // namespace twin::autograd
