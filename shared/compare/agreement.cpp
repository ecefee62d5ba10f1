#include "shared/compare/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "shared/compare/values.hpp"
#include "shared/errors.hpp"

namespace twin {

using namespace values;

bool predicts(std::span<const double> prediction, std::span<const double> values, DType dtype) {
  if (prediction.size() != values.size()) return false;
  const double bound = match_tolerance(dtype) * largest(values);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!(std::abs(prediction[i] - values[i]) <= bound)) return false;
  return std::isfinite(bound);
}

std::optional<double> predicts_times(std::span<const double> prediction, std::span<const double> values,
                                     DType dtype) {
  if (predicts(prediction, values, dtype)) return 1;
  if (prediction.size() != values.size() || count_nonzero(prediction) < 3) return std::nullopt;
  const double c = slope(prediction, values);
  return c != 0 && predicts(times(c, prediction), values, dtype) ? std::optional(c) : std::nullopt;
}

bool differs(const Tensor& actual, const Tensor& expected) {
  if (actual.shape() != expected.shape())
    throw ShapeError(fmt::format("{}: {} against {}", expected.name(), to_string(actual.shape()),
                                 to_string(expected.shape())));
  const Values m = actual.to_doubles(), a = expected.to_doubles();
  const double bound = match_tolerance(coarser(actual, expected)) * std::max(largest(m), largest(a));
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(m[i] - a[i]) <= bound)) return true;
  return false;
}

}  // namespace twin
