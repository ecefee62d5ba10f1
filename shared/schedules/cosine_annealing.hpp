// A learning rate that swings along a cosine (torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and
// Hutter 2017, "SGDR", eq. 5, without restarts).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: eta_min + (1 - eta_min)·(1 + cos(π·t / t_max))
/// / 2. After t_max steps the rate is at its lowest, and rises again: after 2·t_max steps it is whole.
struct CosineAnnealingSchedule {
  std::int64_t t_max = 1;  // PyTorch's T_max
  double eta_min = 0;      // a part of the optimiser's rate: PyTorch's eta_min is this times the rate
  bool operator==(const CosineAnnealingSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"eta_min", &eta_min, true, 1.0}}; }
  /// Throws UsageError unless t_max > 0.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  CosineAnnealingSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
