// Any schedule of manual/schedules. A specification without a factor_of() does not compile.
#pragma once

#include <optional>

#include "shared/specs/network_spec.hpp"
#include "stems/manual/schedules.hpp"

namespace twin::manual {

/// What multiplies the optimiser's rate in step number `step`, counted from 0.
inline double factor(const std::optional<ScheduleSpec>& schedule, std::int64_t step) {
  if (!schedule) return 1;
  return std::visit([&](const auto& kind) { return factor_of(kind, step); }, *schedule);
}

}  // namespace twin::manual
