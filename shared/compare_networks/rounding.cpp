#include "shared/compare_networks/rounding.hpp"

#include <cmath>

namespace twin {

bool is_rounding(const Tensor& actual, const Tensor& expected, const std::vector<RunningError>& bounds) {
  if (bounds.empty()) return false;
  const CheckRow row = judge_float64(actual, expected, bounds);
  return !row.failed() && std::isfinite(row.bound);
}

std::vector<RunningError> bounds_of(const NamedErrors& errors, const std::string& name) {
  for (const auto& [tensor, bounds] : errors)
    if (tensor == name) return bounds;
  return {};
}

}  // namespace twin
