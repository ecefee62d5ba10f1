// A learning rate that falls every so many steps (torch.optim.lr_scheduler.StepLR).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: gamma^⌊t / step_size⌋.
struct StepSchedule {
  std::int64_t step_size = 1;
  double gamma = 0.1;
  bool operator==(const StepSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"gamma", &gamma}}; }
  /// Throws UsageError unless step_size > 0.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  StepSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
