// A learning rate that falls along a cosine again and again
// (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017, "SGDR", eq. 5).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in the step that is number s = 0, 1, … of a cycle of T steps: eta_min
/// + (1 - eta_min)·(1 + cos(π·s / T)) / 2. The first cycle has t_0 steps, each later one t_mult times those
/// of the one before.
struct CosineAnnealingWarmRestartsSchedule {
  std::int64_t t_0 = 1;     // PyTorch's T_0
  std::int64_t t_mult = 1;  // PyTorch's T_mult
  double eta_min = 0;       // a part of the optimiser's rate: PyTorch's eta_min is this times the rate
  bool operator==(const CosineAnnealingWarmRestartsSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"eta_min", &eta_min, true, 1.0}}; }
  /// Throws UsageError unless t_0 and t_mult are above 0.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  CosineAnnealingWarmRestartsSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
