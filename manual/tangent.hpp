// A number with its derivative along one direction (forward mode; Griewank and Walther 2008, "Evaluating
// Derivatives", 2nd ed., 3.1). The layers are templates on the scalar: run on tangents, their backward pass
// yields gradients whose derivative along v is the Hessian times v (Pearlmutter 1994, "Fast exact
// multiplication by the Hessian").
//
//   (x, x')·(y, y') = (x·y, x'·y + x·y')       (x, x') / (y, y') = (x/y, (x' - x/y·y') / y)
//   f(x, x')        = (f(x), f'(x)·x')
//
//   Comparisons compare values: on either side of a kink, the derivative is that of the side.
#pragma once

#include <cmath>

#include "manual/matrix.hpp"

namespace twin::manual {

struct Tangent {
  double value = 0, derivative = 0;

  Tangent() = default;
  Tangent(double x, double dx = 0) : value(x), derivative(dx) {}
  explicit operator double() const { return value; }

  Tangent& operator+=(const Tangent& y) { return *this = *this + y; }
  Tangent& operator-=(const Tangent& y) { return *this = *this - y; }
  Tangent& operator*=(const Tangent& y) { return *this = *this * y; }
  Tangent& operator/=(const Tangent& y) { return *this = *this / y; }

  friend Tangent operator-(const Tangent& x) { return {-x.value, -x.derivative}; }
  friend Tangent operator+(const Tangent& x, const Tangent& y) {
    return {x.value + y.value, x.derivative + y.derivative};
  }
  friend Tangent operator-(const Tangent& x, const Tangent& y) {
    return {x.value - y.value, x.derivative - y.derivative};
  }
  friend Tangent operator*(const Tangent& x, const Tangent& y) {
    return {x.value * y.value, x.derivative * y.value + x.value * y.derivative};
  }
  friend Tangent operator/(const Tangent& x, const Tangent& y) {
    const double quotient = x.value / y.value;
    return {quotient, (x.derivative - quotient * y.derivative) / y.value};
  }
  friend bool operator==(const Tangent& x, const Tangent& y) { return x.value == y.value; }
  friend auto operator<=>(const Tangent& x, const Tangent& y) { return x.value <=> y.value; }

  friend Tangent exp(const Tangent& x) {
    const double y = std::exp(x.value);
    return {y, y * x.derivative};
  }
  friend Tangent log(const Tangent& x) { return {std::log(x.value), x.derivative / x.value}; }
  friend Tangent tanh(const Tangent& x) {
    const double y = std::tanh(x.value);
    return {y, (1 - y * y) * x.derivative};
  }
  friend Tangent abs(const Tangent& x) { return x.value < 0 ? -x : x; }
  /// The first where both are equal, as std::max.
  friend Tangent max(const Tangent& x, const Tangent& y) { return x < y ? y : x; }
  friend bool isfinite(const Tangent& x) { return std::isfinite(x.value); }
  friend bool isnan(const Tangent& x) { return std::isnan(x.value); }

  /// shared/compare/decisions.hpp
  friend bool decide_above(const Tangent& x, const Tangent& y) { return x.value > y.value; }
};

}  // namespace twin::manual

/// What Eigen must know to compute with them.
template <>
struct Eigen::NumTraits<twin::manual::Tangent> : Eigen::GenericNumTraits<double> {
  using Real = twin::manual::Tangent;
  using NonInteger = twin::manual::Tangent;
  using Nested = twin::manual::Tangent;
  using Literal = double;
  enum { RequireInitialization = 1, ReadCost = 2, AddCost = 2, MulCost = 4 };
};
