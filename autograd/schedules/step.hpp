// LibTorch's StepLR knows its optimiser and its last step only: the factor out of tensors.
#pragma once

#include <torch/types.h>

#include "shared/schedules/step.hpp"

namespace twin::autograd {

inline double factor_of(const StepSchedule& schedule, std::int64_t step) {
  const torch::Tensor t = torch::full({}, static_cast<double>(step), torch::kFloat64);
  return torch::pow(schedule.gamma, torch::floor(t / schedule.step_size)).item<double>();
}

}  // namespace twin::autograd
