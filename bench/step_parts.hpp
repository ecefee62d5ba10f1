// Where the time of a training step goes: its five parts, side by side.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "bench/train_step.hpp"
#include "shared/network.hpp"
#include "shared/statistics.hpp"

namespace twin::bench {

struct StepParts {
  std::string subject, backend;
  std::int64_t batch = 0;
  Quartiles us;  // of a whole step, without a clock inside
  /// Medians over the rounds, by StepPart, less the time that reading the clock takes. A part of a few
  /// nanoseconds drowns in the clock's resolution.
  std::array<double, kStepParts> parts_us{};
  /// What a step does after the last part: its tensors and its graph, where it has any, are taken down.
  double rest_us = 0;
};

/// All backends take turns, as in run(), on the processor. `seconds` is meant for each subject.
std::vector<StepParts> step_parts(const std::vector<Subject>& subjects,
                                  const std::vector<const Backend*>& backends, DType dtype, double seconds,
                                  const std::function<void(std::int64_t done, std::int64_t total)>& on_round);

}  // namespace twin::bench
