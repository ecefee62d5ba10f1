// A number that carries its own forward-error bound. The hand-written layers are templates on the scalar, so
// running them on Magnitude derives the bound of every gradient from the very formulas that compute it.
//
//   Invariant: any float evaluation of the same expression, its sums in whatever order, differs from the
//   exact result by at most γ_k·S, with S = magnitude, k = depth, γ_k = k·u / (1 - k·u) (Higham 2002,
//   "Accuracy and Stability of Numerical Algorithms", 2nd ed., ch. 3), up to terms of order u².
//
//     x + y, x - y   S = S_x + S_y                    k = max(k_x - n_x, k_y - n_y) + n, n = n_x + n_y + 1
//     x · y          S = S_x · S_y                    k = k_x + k_y + 1;  x · 1 is x
//     x / y          S = (S_x + |x/y| · S_y) / |y|    k = max(k_x, k_y) + 1
//     f(x)           S = |f'(x)| · S_x + |f(x)|       k = max(k_x, kFunctionUlps)
//
//   n counts the additions of a sum (0 for anything else), so that a sum of n + 1 terms has the depth of the
//   worst order whatever order adds it here: Eigen adds the terms of a matrix product in blocks as long as
//   the cache of this machine allows, each times a factor of 1, and 784 terms came out with depth 271.
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>

namespace twin {

struct Magnitude {
  double value = 0;
  double magnitude = 0;  // S, at least |value|
  double depth = 0;      // k
  double additions = 0;  // n

  /// exp and log of either library are taken to be within this many roundings of the exact value.
  static constexpr double kFunctionUlps = 4;

  Magnitude() = default;
  // Implicit: an Eigen scalar is made from literals.
  Magnitude(double exact) : value(exact), magnitude(std::abs(exact)) {}
  Magnitude(double v, double s, double k, double n = 0) : value(v), magnitude(s), depth(k), additions(n) {}

  /// γ_k·S for a dtype of unit roundoff u; infinite where nothing is bounded: after too many roundings
  /// (k·u ≥ 1), or where an intermediate value has overflowed.
  double error_bound(double u) const {
    if (depth * u >= 1 || !std::isfinite(magnitude)) return std::numeric_limits<double>::infinity();
    return depth * u / (1 - depth * u) * magnitude;
  }
  /// √k·u·S: what rounding errors of random sign add up to. Infinite as error_bound() is.
  double likely_error(double u) const {
    return std::isfinite(error_bound(u)) ? std::sqrt(depth) * u * magnitude
                                         : std::numeric_limits<double>::infinity();
  }

  Magnitude& operator+=(const Magnitude& y) { return *this = *this + y; }
  Magnitude& operator-=(const Magnitude& y) { return *this = *this - y; }
  Magnitude& operator*=(const Magnitude& y) { return *this = *this * y; }
  Magnitude& operator/=(const Magnitude& y) { return *this = *this / y; }

  friend Magnitude operator-(const Magnitude& x) { return {-x.value, x.magnitude, x.depth, x.additions}; }
  friend Magnitude operator+(const Magnitude& x, const Magnitude& y) {
    const double n = x.additions + y.additions + 1;
    return {x.value + y.value, x.magnitude + y.magnitude,
            std::max(x.depth - x.additions, y.depth - y.additions) + n, n};
  }
  friend Magnitude operator-(const Magnitude& x, const Magnitude& y) { return x + -y; }
  friend Magnitude operator*(const Magnitude& x, const Magnitude& y) {
    if (y.is_one()) return x;
    if (x.is_one()) return y;
    return {x.value * y.value, x.magnitude * y.magnitude, x.depth + y.depth + 1};
  }
  friend Magnitude operator/(const Magnitude& x, const Magnitude& y) {
    const double quotient = x.value / y.value;
    return {quotient, (x.magnitude + std::abs(quotient) * y.magnitude) / std::abs(y.value),
            std::max(x.depth, y.depth) + 1};
  }
  friend bool operator==(const Magnitude& x, const Magnitude& y) { return x.value == y.value; }
  friend auto operator<=>(const Magnitude& x, const Magnitude& y) { return x.value <=> y.value; }

  friend Magnitude exp(const Magnitude& x) { return function(x, std::exp(x.value), std::exp(x.value)); }
  friend Magnitude log(const Magnitude& x) { return function(x, std::log(x.value), 1 / x.value); }
  friend Magnitude abs(const Magnitude& x) { return x.value < 0 ? -x : x; }
  friend bool isfinite(const Magnitude& x) { return std::isfinite(x.value); }

 private:
  bool is_one() const { return value == 1 && depth == 0; }
  static Magnitude function(const Magnitude& x, double value, double derivative) {
    return {value, std::abs(derivative) * x.magnitude + std::abs(value), std::max(x.depth, kFunctionUlps)};
  }
};

}  // namespace twin
