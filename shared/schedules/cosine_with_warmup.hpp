// A learning rate that rises in a line and falls along a cosine (Loshchilov and Hutter 2017, "SGDR", eq. 5,
// without restarts; the name is Hugging Face's).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// What multiplies the optimiser's rate in step t = 0, 1, …:
///   t < warmup_steps    (t + 1) / warmup_steps
///   later               floor + (1 - floor)·(1 + cos(π·p)) / 2,  p = (t - warmup) / (total - warmup) up to 1
struct CosineWithWarmupSchedule {
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 1;
  double floor = 0;
  bool operator==(const CosineWithWarmupSchedule&) const = default;

  HyperparameterFields hyperparameters() { return {{"floor", &floor, true, 1.0}}; }
  /// Throws UsageError unless 0 <= warmup_steps < total_steps.
  void validate() const;
  /// The same course over `factor` times the steps, rounded: more than 0 behind the warm-up.
  CosineWithWarmupSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
