// How far a value is from the exact one, in units in the last place of the exact one.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "shared/compare/tolerances.hpp"

namespace twin {

/// Wide enough to be exact beside T.
template <typename T>
using Exact = std::conditional_t<std::is_same_v<T, float>, double, long double>;

template <typename T>
double ulps(T value, Exact<T> exact) {
  const T rounded = std::abs(static_cast<T>(exact));
  const T unit = std::nextafter(rounded, std::numeric_limits<T>::infinity()) - rounded;
  return static_cast<double>(std::abs(Exact<T>(value) - exact) / Exact<T>(unit));
}

/// What the headers of manual/ promise for a value of this size.
template <typename T>
double promised_ulps(Exact<T> exact) {
  return std::is_same_v<T, float> && std::abs(exact) < tolerance::kFarBelow ? tolerance::kFarElementwiseUlps
                                                                            : tolerance::kElementwiseUlps;
}

}  // namespace twin
