// LibTorch's C++ side has no LinearLR: the factor out of tensors.
#pragma once

#include <torch/types.h>

#include "shared/schedules/linear.hpp"

namespace twin::autograd {

inline double factor_of(const LinearSchedule& schedule, std::int64_t step) {
  const auto number = [](double value) { return torch::full({}, value, torch::kFloat64); };
  const torch::Tensor p = number(static_cast<double>(step)).div(schedule.total_iters).clamp_max(1);
  return torch::lerp(number(schedule.start_factor), number(schedule.end_factor), p).item<double>();
}

}  // namespace twin::autograd
