#pragma once

#include <limits>

namespace twin {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace twin
