// A number that carries its own forward-error bound. The layers of manual/ are templates on the scalar, so
// running them on RunningError derives the bound of every gradient from the very formulas that compute it.
//
//   Invariant: any float evaluation of the same expression, its sums in whatever order, in which nothing
//   overflows or underflows, differs from the exact result by at most δ = e·u / (1 - k·u) (running error
//   analysis; Higham 2002, "Accuracy and Stability of Numerical Algorithms", 2nd ed., 3.3). With |x| the
//   value, e its error in units of u:
//
//     sum of n + 1 terms   e = Σ e_i + n · S     S = Σ |x_i|: no order loses more (Higham, eq. 4.4)
//     x · y                e = |x| · e_y + |y| · e_x + e_x·e_y·u + |x·y|;  x · 1 is x
//     x / y                e = (e_x + |x/y| · e_y) / (|y| - δ_y) + |x/y|
//     f(x)                 e = s · e_x + c · |f(x)|,  s the steepest slope of f from x to x ± δ_x:
//
//       exp, expm1         exp(x + δ)               tanh        1 / cosh²(|x| - δ)
//       log                1 / (x - δ)              erf         2/√π · exp(-(|x| - δ)²)
//       log1p              1 / (1 + x - δ)          sin, cos    |cos x| + δ, |sin x| + δ; at most 1
//       pow(x, p)          |p| · (|x| ± δ)^(p-1)
//       √                  1 / max(√x + √(x - δ), √δ): neither near 0 nor at 0 does √x lose more than √δ
//
//     -x, |x|              e = e_x
//     max, min             the larger e of the two where x ± δ_x meets y ± δ_y, else the e of the one chosen
//
//   and k counts the roundings on the longest path, for the terms of higher order. c = kFunctionUlps, or
//   kRationalUlps for tanh and erf. A divisor or an argument that its error may carry to where f has no bound
//   leaves e infinite. Comparisons compare values; one that a derivative depends on goes through
//   shared/compare/decisions.hpp.
//
//   A sum keeps its n and S until something else is done with it, so that it has the bound of the worst order
//   whatever order adds it here: Eigen adds the terms of a matrix product in blocks as long as the cache of
//   this machine allows, each times a factor of 1.
//
//   The product of two errors is the largest term where values are smaller than their errors: a gradient that
//   is 0 in exact arithmetic (of the bias of a key projection), squared by Adam. It depends on u, as δ does:
//   hence e is kept twice, for float32 and for float64.
//
//   v is the variance of the error, in units of u², when the roundings are independent and of random sign:
//   the same rules with every summand squared, and with 4·√v·u for δ. It says what to expect, the bound says
//   what to excuse. (e_x·e_y counts three times, as the fourth moment of a normal error does; the two errors
//   of x · x are one, and are added before they are squared.) In a sum, each of the n additions rounds a
//   partial sum, and in random order the k-th of these has the mean square k/n·Q + (k/n)²·s², with Q = Σ x_i²
//   and s the sum: on average Q/2 + s²/3. (With S² for it, sums of 784 terms were bounded 30 times wider than
//   they need, and mistakes of that size unseen.)
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <limits>

namespace twin {

class RunningError {
 public:
  double value = 0;

  /// exp, expm1, log, log1p, pow, sin, cos and √ of every library are taken to be within this many roundings
  /// of the exact value. (Seen in Eigen, in float32: 3.6 of √, 3.4 of expm1, 3.0 of log1p.)
  static constexpr double kFunctionUlps = 4;
  /// tanh and erf: in float32, Eigen computes them as rational functions. (Seen: 6.9 and 7.5.)
  static constexpr double kRationalUlps = 8;

  RunningError() = default;
  // Implicit: an Eigen scalar is made from literals.
  RunningError(double exact) : value(exact), terms_(std::abs(exact)), squares_(exact * exact) {}
  /// A value that is off by up to `error` units of u, after `depth` roundings.
  RunningError(double v, double error, double depth) : RunningError(v) {
    for (Rounding& r : roundings_) r = {error, error * error};
    depth_ = depth;
  }

  /// δ for a dtype of unit roundoff u, float64's or float32's: infinite where nothing is bounded, after too
  /// many roundings (k·u ≥ 1), or where an intermediate value has overflowed or its error reached a point
  /// without bound. (A u between the two takes the e of float32, a smaller one that of float64.)
  double error_bound(double u) const { return error_bound(u, u <= kUnits[0] ? 0 : 1); }
  /// √v·u: what rounding errors of random sign add up to. Infinite where nothing is bounded.
  double likely_error(double u) const {
    return finite_or_infinity(std::sqrt(variance(u <= kUnits[0] ? 0 : 1)) * u);
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
  friend RunningError operator+(const RunningError& x, const RunningError& y);
  friend RunningError operator-(const RunningError& x, const RunningError& y) { return x + -y; }
  friend RunningError operator*(const RunningError& x, const RunningError& y);
  friend RunningError operator/(const RunningError& x, const RunningError& y);
  friend bool operator==(const RunningError& x, const RunningError& y) { return x.value == y.value; }
  friend auto operator<=>(const RunningError& x, const RunningError& y) { return x.value <=> y.value; }
  friend RunningError exp(const RunningError& x);
  friend RunningError expm1(const RunningError& x);
  friend RunningError log(const RunningError& x);
  friend RunningError log1p(const RunningError& x);
  /// The exponent is a constant: nothing is bounded where it has an error.
  friend RunningError pow(const RunningError& x, const RunningError& exponent);
  /// A float evaluation whose x is negative is NaN: of that, nothing is said.
  friend RunningError sqrt(const RunningError& x);
  friend RunningError tanh(const RunningError& x);
  friend RunningError erf(const RunningError& x);
  friend RunningError sin(const RunningError& x);
  friend RunningError cos(const RunningError& x);
  friend RunningError abs(const RunningError& x) { return x.value < 0 ? -x : x; }
  /// The first where both are equal, as std::max.
  friend RunningError max(const RunningError& x, const RunningError& y);
  friend RunningError min(const RunningError& x, const RunningError& y);
  friend bool isfinite(const RunningError& x) { return std::isfinite(x.value); }
  friend bool isinf(const RunningError& x) { return std::isinf(x.value); }
  friend bool isnan(const RunningError& x) { return std::isnan(x.value); }

 private:
  struct Rounding {
    double error = 0;     // e, less n·S
    double variance = 0;  // v, less n·(Q/2 + s²/3)
  };
  static constexpr std::size_t kDTypes[] = {0, 1};
  static constexpr double kUnits[] = {0x1p-53, 0x1p-24};

  double error(std::size_t i) const { return roundings_[i].error + additions_ * terms_; }
  double variance(std::size_t i) const {
    return roundings_[i].variance + additions_ * (squares_ / 2 + value * value / 3);
  }
  double error_bound(double u, std::size_t i) const {
    return depth_ * u < 1 ? finite_or_infinity(error(i) * u / (1 - depth_ * u))
                          : std::numeric_limits<double>::infinity();
  }
  double reach(std::size_t i) const { return error_bound(kUnits[i], i); }
  double likely_reach(std::size_t i) const { return 4 * std::sqrt(variance(i)) * kUnits[i]; }
  bool is_exact() const { return error(0) == 0; }
  bool is_exactly_one() const { return value == 1 && is_exact(); }

  static double finite_or_infinity(double x) {
    return std::isfinite(x) ? x : std::numeric_limits<double>::infinity();
  }
  static double above_zero(double x) { return std::max(x, 0.0); }
  static double larger(double x, double y) { return std::max(finite_or_infinity(x), finite_or_infinity(y)); }
  // However steep the slope: what has no error moves nowhere.
  static double times(double slope, double error) { return error == 0 ? 0 : slope * error; }

  // f(x) = `value`, itself within `ulps` roundings; steepest(δ) is the steepest slope of f from x to x ± δ.
  template <typename Slope>
  static RunningError function(const RunningError& x, double value, double ulps, const Slope& steepest);
  // x, or the other where rounding errors have it chosen.
  static RunningError chosen(const RunningError& x, const RunningError& other);

  double terms_ = 0;       // S: of the terms, when this is a sum
  double squares_ = 0;     // Q
  double additions_ = 0;   // n: of the sum that this is
  double depth_ = 0;       // k
  Rounding roundings_[2];  // for u of float64 and of float32
};

}  // namespace twin
