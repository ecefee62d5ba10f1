// LibTorch's C++ side has no ExponentialLR: the factor out of tensors.
#pragma once

#include <torch/types.h>

#include "shared/schedules/exponential.hpp"

namespace twin::autograd {

inline double factor_of(const ExponentialSchedule& schedule, std::int64_t step) {
  return torch::full({}, schedule.gamma, torch::kFloat64).pow(static_cast<double>(step)).item<double>();
}

}  // namespace twin::autograd
