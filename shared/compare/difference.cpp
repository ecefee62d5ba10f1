#include "shared/compare/difference.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "shared/errors.hpp"

namespace twin {

double Difference::max_rel() const {
  if (max_abs == 0) return 0;
  return scale > 0 ? max_abs / scale : std::numeric_limits<double>::infinity();
}

Difference difference(const Tensor& actual, const Tensor& reference) {
  if (actual.shape() != reference.shape())
    throw ShapeError(fmt::format("{}: {} against {}", reference.name(), to_string(actual.shape()),
                                 to_string(reference.shape())));
  const std::vector<double> a = actual.to_doubles();
  const std::vector<double> r = reference.to_doubles();
  Difference result;
  bool first = true;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const bool finite = std::isfinite(a[i]) && std::isfinite(r[i]);
    const double gap = finite ? std::abs(a[i] - r[i]) : std::numeric_limits<double>::infinity();
    if (finite) result.scale = std::max(result.scale, std::abs(r[i]));
    if (first || gap > result.max_abs) {
      result.max_abs = gap;
      result.index = static_cast<std::int64_t>(i);
      result.actual = a[i];
      result.reference = r[i];
      first = false;
    }
  }
  return result;
}

double largest_relative_gap(const NamedTensors& actual, const NamedTensors& reference) {
  double largest = 0;
  for (const Tensor& tensor : reference)
    largest = std::max(largest, difference(actual.at(tensor.name()), tensor).max_rel());
  return largest;
}

}  // namespace twin
