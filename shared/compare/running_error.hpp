// A number that carries its own forward-error bound. The hand-written layers are templates on the scalar, so
// running them on RunningError derives the bound of every gradient from the very formulas that compute it.
//
//   Invariant: any float evaluation of the same expression, its sums in whatever order, differs from the
//   exact result by at most e·u / (1 - k·u) (running error analysis; Higham 2002, "Accuracy and Stability of
//   Numerical Algorithms", 2nd ed., 3.3). With |x| the value, e the first-order error in units of u:
//
//     sum of n + 1 terms   e = Σ e_i + n · S     S = Σ |x_i|: no order loses more (Higham, eq. 4.4)
//     x · y                e = |x| · e_y + |y| · e_x + |x·y|;  x · 1 is x
//     x / y                e = (e_x + |x/y| · e_y) / |y| + |x/y|
//     f(x)                 e = |f'(x)| · e_x + c · |f(x)|,  c = kFunctionUlps
//
//   and k counts the roundings on the longest path, for the terms of higher order. A sum keeps its n and S
//   until something else is done with it, so that it has the bound of the worst order whatever order adds it
//   here: Eigen adds the terms of a matrix product in blocks as long as the cache of this machine allows,
//   each times a factor of 1.
//
//   v is the variance of the error, in units of u², when the roundings are independent and of random sign:
//   the same rules with every summand squared. It says what to expect, the bound says what to excuse. In a
//   sum, each of the n additions rounds a partial sum, and in random order the k-th of these has the mean
//   square k/n·Q + (k/n)²·s², with Q = Σ x_i² and s the sum: on average Q/2 + s²/3. (With S² for it, sums of
//   784 terms were bounded 30 times wider than they need, and mistakes of that size unseen.)
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>

namespace twin {

class RunningError {
 public:
  double value = 0;

  /// exp, log and log1p of either library are taken to be within this many roundings of the exact value.
  static constexpr double kFunctionUlps = 4;

  RunningError() = default;
  // Implicit: an Eigen scalar is made from literals.
  RunningError(double exact) : value(exact), terms_(std::abs(exact)), squares_(exact * exact) {}
  /// A value that is off by up to `error` units of u, after `depth` roundings.
  RunningError(double v, double error, double depth)
      : value(v),
        terms_(std::abs(v)),
        squares_(v * v),
        error_(error),
        variance_(error * error),
        depth_(depth) {}

  /// e·u / (1 - k·u) for a dtype of unit roundoff u; infinite where nothing is bounded: after too many
  /// roundings (k·u ≥ 1), or where an intermediate value has overflowed.
  double error_bound(double u) const {
    const double bound = error() * u / (1 - depth_ * u);
    return depth_ * u < 1 && std::isfinite(bound) ? bound : std::numeric_limits<double>::infinity();
  }
  /// √v·u: what rounding errors of random sign add up to. Infinite as error_bound() is.
  double likely_error(double u) const {
    return std::isfinite(error_bound(u)) ? std::sqrt(variance()) * u
                                         : std::numeric_limits<double>::infinity();
  }
  double depth() const { return depth_; }

  RunningError& operator+=(const RunningError& y) { return *this = *this + y; }
  RunningError& operator-=(const RunningError& y) { return *this = *this - y; }
  RunningError& operator*=(const RunningError& y) { return *this = *this * y; }
  RunningError& operator/=(const RunningError& y) { return *this = *this / y; }

  friend RunningError operator-(RunningError x) {
    x.value = -x.value;
    return x;
  }
  friend RunningError operator+(const RunningError& x, const RunningError& y) {
    RunningError sum(x.value + y.value);
    sum.terms_ = x.terms_ + y.terms_;
    sum.squares_ = x.squares_ + y.squares_;
    sum.additions_ = x.additions_ + y.additions_ + 1;
    sum.error_ = x.error_ + y.error_;
    sum.variance_ = x.variance_ + y.variance_;
    sum.depth_ = std::max(x.depth_ - x.additions_, y.depth_ - y.additions_) + sum.additions_;
    return sum;
  }
  friend RunningError operator-(const RunningError& x, const RunningError& y) { return x + -y; }
  friend RunningError operator*(const RunningError& x, const RunningError& y) {
    if (y.is_exactly_one()) return x;
    if (x.is_exactly_one()) return y;
    return result(x.value * y.value, 1, y.value, x, x.value, y, x.depth_ + y.depth_ + 1);
  }
  friend RunningError operator/(const RunningError& x, const RunningError& y) {
    const double quotient = x.value / y.value;
    return result(quotient, 1, 1 / y.value, x, quotient / y.value, y, std::max(x.depth_, y.depth_) + 1);
  }
  friend bool operator==(const RunningError& x, const RunningError& y) { return x.value == y.value; }
  friend auto operator<=>(const RunningError& x, const RunningError& y) { return x.value <=> y.value; }

  friend RunningError exp(const RunningError& x) { return function(x, std::exp(x.value), std::exp(x.value)); }
  friend RunningError log(const RunningError& x) { return function(x, std::log(x.value), 1 / x.value); }
  friend RunningError log1p(const RunningError& x) { return function(x, std::log1p(x.value), 1 / (1 + x.value)); }
  friend RunningError abs(const RunningError& x) { return x.value < 0 ? -x : x; }
  friend bool isfinite(const RunningError& x) { return std::isfinite(x.value); }

 private:
  double error() const { return error_ + additions_ * terms_; }
  double variance() const { return variance_ + additions_ * (squares_ / 2 + value * value / 3); }
  bool is_exactly_one() const { return value == 1 && error() == 0; }

  // A value with partial derivatives `by_x` and `by_y`, itself rounded by `roundings` units.
  static RunningError result(double value, double roundings, double by_x, const RunningError& x, double by_y,
                          const RunningError& y, double depth) {
    RunningError z(value);
    z.error_ = std::abs(by_x) * x.error() + std::abs(by_y) * y.error() + roundings * std::abs(value);
    z.variance_ =
        by_x * by_x * x.variance() + by_y * by_y * y.variance() + roundings * roundings * value * value;
    z.depth_ = depth;
    return z;
  }
  static RunningError function(const RunningError& x, double value, double derivative) {
    return result(value, kFunctionUlps, derivative, x, 0, RunningError(), x.depth_ + kFunctionUlps);
  }

  double terms_ = 0;      // S: of the terms, when this is a sum
  double squares_ = 0;    // Q
  double additions_ = 0;  // n: of the sum that this is
  double error_ = 0;      // e, less n·S
  double variance_ = 0;   // v, less n·(Q/2 + s²/3)
  double depth_ = 0;      // k
};

}  // namespace twin
