// LibTorch's C++ side has no MultiStepLR: the factor out of tensors.
#pragma once

#include <torch/types.h>

#include "shared/schedules/multi_step.hpp"

namespace twin::autograd {

inline double factor_of(const MultiStepSchedule& schedule, std::int64_t step) {
  const torch::Tensor milestones = torch::tensor(schedule.milestones, torch::kInt64);
  return torch::pow(schedule.gamma, (milestones <= step).sum().to(torch::kFloat64)).item<double>();
}

}  // namespace twin::autograd
