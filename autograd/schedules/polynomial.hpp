// LibTorch's C++ side has no PolynomialLR: the factor out of tensors.
#pragma once

#include <torch/types.h>

#include "shared/schedules/polynomial.hpp"

namespace twin::autograd {

inline double factor_of(const PolynomialSchedule& schedule, std::int64_t step) {
  const torch::Tensor t = torch::full({}, static_cast<double>(step), torch::kFloat64);
  return (1 - t / schedule.total_iters).clamp_min(0).pow(schedule.power).item<double>();
}

}  // namespace twin::autograd
