#include "shared/compare/running_error.hpp"

#include <numbers>

namespace twin {

template <typename Slope>
RunningError RunningError::function(const RunningError& x, double value, double ulps, const Slope& steepest) {
  RunningError y(value);
  y.depth_ = x.depth_ + ulps;
  const double own = ulps * std::abs(value);
  for (const std::size_t i : kDTypes) {
    const double v = x.variance(i), likely_slope = steepest(x.likely_reach(i));
    y.roundings_[i] = {times(steepest(x.reach(i)), x.error(i)) + own,
                       times(likely_slope * likely_slope, v) + own * own};
  }
  return y;
}

RunningError RunningError::chosen(const RunningError& x, const RunningError& other) {
  RunningError y(x.value);
  y.depth_ = std::max(x.depth_, other.depth_);
  const double apart = std::abs(x.value - other.value);
  for (const std::size_t i : kDTypes) {
    const bool meet = !(apart > x.reach(i) + other.reach(i));
    const bool likely_meet = !(apart > x.likely_reach(i) + other.likely_reach(i));
    y.roundings_[i] = {meet ? larger(x.error(i), other.error(i)) : x.error(i),
                       likely_meet ? larger(x.variance(i), other.variance(i)) : x.variance(i)};
  }
  return y;
}

RunningError operator+(const RunningError& x, const RunningError& y) {
  RunningError sum(x.value + y.value);
  sum.terms_ = x.terms_ + y.terms_;
  sum.squares_ = x.squares_ + y.squares_;
  sum.additions_ = x.additions_ + y.additions_ + 1;
  for (const std::size_t i : RunningError::kDTypes)
    sum.roundings_[i] = {x.roundings_[i].error + y.roundings_[i].error,
                         x.roundings_[i].variance + y.roundings_[i].variance};
  sum.depth_ = std::max(x.depth_ - x.additions_, y.depth_ - y.additions_) + sum.additions_;
  return sum;
}

RunningError operator*(const RunningError& x, const RunningError& y) {
  if (y.is_exactly_one()) return x;
  if (x.is_exactly_one()) return y;
  RunningError product(x.value * y.value);
  product.depth_ = x.depth_ + y.depth_ + 1;
  const double x2 = x.value * x.value, y2 = y.value * y.value;
  const double together = &x == &y ? 2 : 1;
  for (const std::size_t i : RunningError::kDTypes) {
    const double u = RunningError::kUnits[i], e_x = x.error(i), e_y = y.error(i), v_x = x.variance(i),
                 v_y = y.variance(i);
    product.roundings_[i] = {
        std::abs(x.value) * e_y + std::abs(y.value) * e_x + e_x * e_y * u + std::abs(product.value),
        together * (x2 * v_y + y2 * v_x) + 3 * v_x * v_y * u * u + x2 * y2};
  }
  return product;
}

RunningError operator/(const RunningError& x, const RunningError& y) {
  RunningError quotient(x.value / y.value);
  quotient.depth_ = std::max(x.depth_, y.depth_) + 1;
  const double q = std::abs(quotient.value);
  for (const std::size_t i : RunningError::kDTypes) {
    const double slope = 1 / RunningError::above_zero(std::abs(y.value) - y.reach(i));
    const double likely_slope = 1 / RunningError::above_zero(std::abs(y.value) - y.likely_reach(i));
    quotient.roundings_[i] = {
        RunningError::times(slope, x.error(i) + q * y.error(i)) + q,
        RunningError::times(likely_slope * likely_slope, x.variance(i) + q * q * y.variance(i)) + q * q};
  }
  return quotient;
}

RunningError exp(const RunningError& x) {
  return RunningError::function(x, std::exp(x.value), RunningError::kFunctionUlps,
                                [&](double reach) { return std::exp(x.value + reach); });
}

RunningError expm1(const RunningError& x) {
  return RunningError::function(x, std::expm1(x.value), RunningError::kFunctionUlps,
                                [&](double reach) { return std::exp(x.value + reach); });
}

RunningError log(const RunningError& x) {
  return RunningError::function(x, std::log(x.value), RunningError::kFunctionUlps,
                                [&](double reach) { return 1 / RunningError::above_zero(x.value - reach); });
}

RunningError log1p(const RunningError& x) {
  return RunningError::function(x, std::log1p(x.value), RunningError::kFunctionUlps, [&](double reach) {
    return 1 / RunningError::above_zero(1 + x.value - reach);
  });
}

RunningError pow(const RunningError& x, const RunningError& exponent) {
  const double p = exponent.is_exact() ? exponent.value : std::numeric_limits<double>::quiet_NaN();
  const auto slope = [&](double size) { return std::abs(p) * std::pow(size, p - 1); };
  return RunningError::function(x, std::pow(x.value, p), RunningError::kFunctionUlps, [&](double reach) {
    const double size = std::abs(x.value);
    return std::max(slope(size + reach), slope(RunningError::above_zero(size - reach)));
  });
}

RunningError sqrt(const RunningError& x) {
  const double root = std::sqrt(x.value);
  return RunningError::function(x, root, RunningError::kFunctionUlps, [&](double reach) {
    return 1 / std::max(root + std::sqrt(RunningError::above_zero(x.value - reach)), std::sqrt(reach));
  });
}

RunningError tanh(const RunningError& x) {
  return RunningError::function(x, std::tanh(x.value), RunningError::kRationalUlps, [&](double reach) {
    const double cosh = std::cosh(RunningError::above_zero(std::abs(x.value) - reach));
    return 1 / (cosh * cosh);
  });
}

RunningError erf(const RunningError& x) {
  return RunningError::function(x, std::erf(x.value), RunningError::kRationalUlps, [&](double reach) {
    const double nearest = RunningError::above_zero(std::abs(x.value) - reach);
    return 2 * std::numbers::inv_sqrtpi * std::exp(-nearest * nearest);
  });
}

RunningError sin(const RunningError& x) {
  return RunningError::function(x, std::sin(x.value), RunningError::kFunctionUlps, [&](double reach) {
    return std::min(1.0, std::abs(std::cos(x.value)) + reach);
  });
}

RunningError cos(const RunningError& x) {
  return RunningError::function(x, std::cos(x.value), RunningError::kFunctionUlps, [&](double reach) {
    return std::min(1.0, std::abs(std::sin(x.value)) + reach);
  });
}

RunningError max(const RunningError& x, const RunningError& y) {
  return x.value < y.value ? RunningError::chosen(y, x) : RunningError::chosen(x, y);
}

RunningError min(const RunningError& x, const RunningError& y) {
  return y.value < x.value ? RunningError::chosen(y, x) : RunningError::chosen(x, y);
}

}  // namespace twin
