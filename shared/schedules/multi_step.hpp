// A learning rate that falls at given steps (torch.optim.lr_scheduler.MultiStepLR).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: gamma^n, n the number of milestones up to t.
struct MultiStepSchedule {
  std::vector<std::int64_t> milestones = {};
  double gamma = 0.1;
  bool operator==(const MultiStepSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"gamma", &gamma}}; }
  /// Throws UsageError unless the milestones rise from 0 or later.
  void validate() const;
  /// The same course over `factor` times the steps, rounded. Milestones that meet become one.
  MultiStepSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
