// A learning rate that falls to nothing along a power (torch.optim.lr_scheduler.PolynomialLR).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: (1 - t / total_iters)^power, and 0 from t =
/// total_iters on.
struct PolynomialSchedule {
  std::int64_t total_iters = 5;
  double power = 1;
  bool operator==(const PolynomialSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"power", &power, false}}; }
  /// Throws UsageError unless total_iters > 0.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  PolynomialSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
