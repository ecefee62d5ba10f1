#include "shared/compare/difference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "shared/errors.hpp"

namespace twin {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The position of a number in the ascending sequence of all numbers of its dtype, 0 for both zeros.
template <typename Bits, typename Float>
Bits position(Float value) {
  const Bits bits = std::bit_cast<Bits>(value);
  return bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits;
}

// Sums of squares of values near the ends of the range would overflow or vanish.
double norm(const std::vector<double>& values, double scale) {
  if (scale == 0) return 0;
  double sum = 0;
  for (const double value : values) sum += (value / scale) * (value / scale);
  return scale * std::sqrt(sum);
}

double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

}  // namespace

double ulp_distance(double a, double b, DType dtype) {
  if (!std::isfinite(a) || !std::isfinite(b)) return kInfinity;
  if (dtype == DType::float32)
    return std::abs(static_cast<double>(position<std::int32_t>(static_cast<float>(a))) -
                    static_cast<double>(position<std::int32_t>(static_cast<float>(b))));
  // The difference of two int64 may leave int64.
  const std::int64_t from = std::min(position<std::int64_t>(a), position<std::int64_t>(b));
  const std::int64_t to = std::max(position<std::int64_t>(a), position<std::int64_t>(b));
  return static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from));
}

double Difference::max_rel() const {
  if (max_abs == 0) return 0;
  return scale > 0 ? max_abs / scale : kInfinity;
}

Difference difference(const Tensor& actual, const Tensor& reference) {
  if (actual.shape() != reference.shape())
    throw ShapeError(fmt::format("{}: {} against {}", reference.name(), to_string(actual.shape()),
                                 to_string(reference.shape())));
  const std::vector<double> a = actual.to_doubles();
  const std::vector<double> r = reference.to_doubles();
  const DType coarser = actual.dtype() == DType::float32 ? DType::float32 : reference.dtype();
  Difference result;
  bool first = true;
  for (std::size_t i = 0; i < r.size(); ++i) {
    const bool finite = std::isfinite(a[i]) && std::isfinite(r[i]);
    const double gap = finite ? std::abs(a[i] - r[i]) : kInfinity;
    if (finite) result.scale = std::max(result.scale, std::abs(r[i]));
    result.max_ulp = std::max(result.max_ulp, ulp_distance(a[i], r[i], coarser));
    if (first || gap > result.max_abs) {
      result.max_abs = gap;
      result.index = static_cast<std::int64_t>(i);
      result.actual = a[i];
      result.reference = r[i];
      first = false;
    }
  }
  const double a_scale = largest(a), r_scale = largest(r);
  const double a_norm = norm(a, a_scale), r_norm = norm(r, r_scale);
  if (a_norm == 0 && r_norm == 0) return result;
  result.norm_ratio = r_norm > 0 ? a_norm / r_norm : kInfinity;
  result.cosine = 0;
  if (a_norm > 0 && r_norm > 0)
    for (std::size_t i = 0; i < r.size(); ++i) result.cosine += (a[i] / a_norm) * (r[i] / r_norm);
  return result;
}

double largest_relative_gap(const NamedTensors& actual, const NamedTensors& reference) {
  double largest = 0;
  for (const Tensor& tensor : reference)
    largest = std::max(largest, difference(actual.at(tensor.name()), tensor).max_rel());
  return largest;
}

}  // namespace twin
