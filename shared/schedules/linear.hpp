// A learning rate that goes along a line to its end (torch.optim.lr_scheduler.LinearLR).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …: start_factor + (end_factor - start_factor)·t /
/// total_iters, up to t = total_iters, and end_factor from there on.
struct LinearSchedule {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  bool operator==(const LinearSchedule&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"start_factor", &start_factor, false}, {"end_factor", &end_factor}};
  }
  /// Throws UsageError unless both factors are at most 1 and total_iters > 0.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  LinearSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
