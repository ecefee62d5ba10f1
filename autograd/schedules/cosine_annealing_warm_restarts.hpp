// LibTorch's C++ side has no cosine schedule: the factor out of tensors, by the half angle.
#pragma once

#include <numbers>
#include <torch/types.h>

#include "shared/schedules/cosine_annealing_warm_restarts.hpp"

namespace twin::autograd {

inline double factor_of(const CosineAnnealingWarmRestartsSchedule& schedule, std::int64_t step) {
  const torch::Tensor t = torch::full({}, static_cast<double>(step), torch::kFloat64);
  torch::Tensor done;  // of the cycle
  if (schedule.t_mult == 1) {
    done = torch::remainder(t, schedule.t_0) / schedule.t_0;
  } else {
    const torch::Tensor cycles = torch::arange(63, torch::kFloat64);  // more than int64 can count steps of
    const torch::Tensor lengths = torch::pow(static_cast<double>(schedule.t_mult), cycles) * schedule.t_0;
    const torch::Tensor starts = torch::cumsum(lengths, 0) - lengths;
    const auto current = (starts <= t).sum().item<std::int64_t>() - 1;
    done = (t - starts[current]) / lengths[current];
  }
  // (1 + cos(π·p)) / 2 = cos²(π·p / 2)
  const torch::Tensor half = torch::cos(done * (std::numbers::pi / 2)).square();
  return (schedule.eta_min + (1 - schedule.eta_min) * half).item<double>();
}

}  // namespace twin::autograd
