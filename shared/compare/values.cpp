#include "shared/compare/values.hpp"

#include <algorithm>
#include <cmath>

#include "shared/compare/tolerances.hpp"

namespace twin::values {

double largest(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

double match_tolerance(DType dtype) {
  return dtype == DType::float32 ? tolerance::kDiagnosisMatch32 : tolerance::kDiagnosisMatch64;
}

DType coarser(const Tensor& a, const Tensor& b) {
  return a.dtype() == DType::float32 || b.dtype() == DType::float32 ? DType::float32 : DType::float64;
}

double slope(std::span<const double> x, std::span<const double> y) {
  const double scale = largest(x);
  if (scale == 0) return 0;
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] / scale) * (x[i] / scale);
    xy += (x[i] / scale) * y[i];
  }
  return xy / xx / scale;
}

Values times(double c, std::span<const double> x) {
  Values result(x.begin(), x.end());
  for (double& value : result) value *= c;
  return result;
}

std::size_t count_nonzero(std::span<const double> values) {
  return values.size() - static_cast<std::size_t>(std::count(values.begin(), values.end(), 0.0));
}

}  // namespace twin::values
