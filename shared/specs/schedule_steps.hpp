// Steps of a schedule.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace twin {

/// So many steps, `factor` times, rounded; at least 1.
inline std::int64_t stretched_steps(std::int64_t steps, double factor) {
  return std::max<std::int64_t>(std::llround(static_cast<double>(steps) * factor), 1);
}

}  // namespace twin
