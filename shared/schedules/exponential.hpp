// A learning rate that falls by the same factor in every step (torch.optim.lr_scheduler.ExponentialLR).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: gammaᵗ.
struct ExponentialSchedule {
  double gamma = 0.1;
  bool operator==(const ExponentialSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"gamma", &gamma}}; }
  /// There is nothing that hyperparameters() does not say.
  void validate() const {}
  /// The same course over `factor` times the steps.
  ExponentialSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
