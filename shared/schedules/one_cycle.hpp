// A learning rate that rises once and falls far (torch.optim.lr_scheduler.OneCycleLR, its rates without its
// momenta; Smith and Topin 2019, "Super-convergence").
#pragma once

#include <cstdint>
#include <vector>

#include "shared/specs/hyperparameter.hpp"

namespace twin {

struct Example;

/// The optimiser's rate is PyTorch's max_lr. What multiplies it in step t = 0, 1, … goes from 1 / div_factor
/// to 1 up to step pct_start·total_steps - 1, and to 1 / (div_factor·final_div_factor) in the last step,
/// where it stays; in three phases, it takes as long back to 1 / div_factor as it took to rise, and then to
/// the lowest rate.
struct OneCycleSchedule {
  std::int64_t total_steps = 1;
  double pct_start = 0.3;
  /// PyTorch's anneal_strategy: a line ("linear") or half a wave ("cos").
  bool linear = false;
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;
  bool operator==(const OneCycleSchedule&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"pct_start", &pct_start},
            {"div_factor", &div_factor, false},
            {"final_div_factor", &final_div_factor, false}};
  }
  /// Throws UsageError unless total_steps > 0 and pct_start is at most 1.
  void validate() const;
  /// The same course over `factor` times the steps, rounded.
  OneCycleSchedule stretched(double factor) const;
  static std::vector<Example> examples();
};

}  // namespace twin
