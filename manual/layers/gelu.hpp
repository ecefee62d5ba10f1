// Gaussian error linear unit, element by element (torch.nn.GELU; Hendrycks, Gimpel 2016, "Gaussian error
// linear units (GELUs)", 2).
//
//   forward    y = x·Φ(x)
//
//     "none"   Φ(x) = ½·(1 + erf(x/√2))        the distribution function of the normal distribution
//     "tanh"   Φ(x) = ½·(1 + tanh(u)) = 1 / (1 + exp(-2u)),   u = √(2/π)·(x + κ·x³),   κ = 0.044715
//
//   backward   d_x = d_y · (Φ(x) + x·Φ'(x))
//
//     Φ            x stands in front of Φ …
//     x·Φ'         … and inside it
//     "none"   Φ'(x) = exp(-x²/2) / √(2π)
//     "tanh"   Φ'(x) = Φ·(1 - Φ)·2u',   u' = √(2/π)·(1 + 3κ·x²)
//
//   One exponential for each element does for both ways. It is that of Φ' where Φ is exact: for t = |x|,
//   Φ(-t) = exp(-t²/2)·R(t), and R(t) = ½·exp(t²/2)·erfc(t/√2) falls as 1/t, so smoothly that a polynomial
//   gives it. 1 + erf is a difference where x < 0, and loses the digits of what is nearly 0; this does not.
//
//   caches     Φ, Φ' (N×F), a view on x (N×F)
//
//   accuracy   y within 8 ULP of the exact value where x > 0, within 8 + x²/2 where x < 0 ("none")
//
//   Beyond ±40, Φ is 0 or 1 in any precision but for what a vectorised exp leaves of it. There x is taken to
//   be ±40, so that this rest is not multiplied by a large number, and x³ does not overflow.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/gelu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Gelu {
 public:
  static constexpr const char* forward_formula = "y = x·Φ(x)";
  static constexpr const char* backward_formula = "d_x = d_y · (Φ(x) + x·Φ'(x))";

  /// Throws LayerError for an approximation that there is none of.
  explicit Gelu(const GeluSpec& spec) : by_tanh_(spec.approximate == "tanh") { spec.validate(); }

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    if (by_tanh_)
      distribute_by_tanh(x);
    else
      distribute(x);
    y_ = x.array().max(Scalar(-kEnd)) * distribution_.array();
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("Gelu::backward before forward");
    expect_shape(d_y, y_, "Gelu::backward d_y");
    d_x_ = d_y.array() * (distribution_.array() + within_ends(*x_) * density_.array());
    return d_x_;
  }

 private:
  static constexpr double kEnd = 40;
  static constexpr double kKappa = 0.044715;
  static constexpr double kRootTwoOverPi = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;

  static auto within_ends(const ConstMatrixView<Scalar, Batch, Features>& x) {
    return x.array().max(Scalar(-kEnd)).min(Scalar(kEnd));
  }

  // Φ and Φ'.
  void distribute(const ConstMatrixView<Scalar, Batch, Features>& x) {
    density_ = (Scalar(-0.5) * x.array().square()).exp();
    distribution_ = x.binaryExpr(density_, [](Scalar value, Scalar e) {
      if constexpr (std::is_floating_point_v<Scalar>) {
        const Scalar tail = e * tail_over_exponential(std::min(std::abs(value), Scalar(kEnd)));
        // Two choices and a sum: a sum on one side alone is a branch.
        return (value > 0 ? Scalar(1) : Scalar(0)) + (value > 0 ? -tail : tail);
      } else {
        static_cast<void>(e);
        return for_both(Scalar(0.5) * (Scalar(1) + erf(value * Scalar(1 / std::numbers::sqrt2))));
      }
    });
    density_ *= Scalar(kRootTwoOverPi / 2);
  }

  void distribute_by_tanh(const ConstMatrixView<Scalar, Batch, Features>& x) {
    const auto z = within_ends(x);
    const auto u = Scalar(kRootTwoOverPi) * (z * (Scalar(1) + Scalar(kKappa) * z.square()));
    if constexpr (std::is_floating_point_v<Scalar>)
      distribution_ = (Scalar(1) + (Scalar(-2) * u).exp()).inverse();
    else
      distribution_ = (Scalar(0.5) * (Scalar(1) + u.tanh())).unaryExpr(&for_both);
    density_ = distribution_.array() * (Scalar(1) - distribution_.array()) *
               (Scalar(2 * kRootTwoOverPi) * (Scalar(1) + Scalar(3 * kKappa) * z.square()));
  }

  // A bound must allow for the sum by which LibTorch computes Φ, and for the way it is computed here. `sum`,
  // with the roundings of the exponential (4), of the polynomial or of what is added to the exponential (2),
  // and of the product and the quotient (2).
  static Scalar for_both(const Scalar& sum) { return Scalar(1, 8, 8) * sum; }

  // R(t) for t ≥ 0: a polynomial in (t - 4.5) / (t + 4.5), which runs from -1 to 1, over what R falls as.
  static Scalar tail_over_exponential(Scalar t) {
    const Scalar w = (t - Scalar(4.5)) / (t + Scalar(4.5));
    Scalar polynomial(0);
    std::apply([&](auto... c) { ((polynomial = polynomial * w + c), ...); }, coefficients());
    return polynomial / (Scalar(2) + Scalar(2 / kRootTwoOverPi) * t);
  }
  // Of the powers of w, the highest first: the Chebyshev series of (2 + √(2π)·t)·R, cut where its terms are
  // below a quarter of Scalar's last digit.
  static constexpr auto coefficients() {
    if constexpr (std::is_same_v<Scalar, float>)
      return std::array<float, 12>{6.68877547e-05F, 8.86034433e-05F, -0.000908075851F, 0.000533140478F,
                                   0.00691884422F,  -0.0287336547F,  0.06487203F,      -0.0966540217F,
                                   0.0868130718F,   -0.0014084646F,  -0.157762757F,    1.12617441F};
    else
      return std::array<double, 24>{
          1.1731801909789388e-09, 1.8402809728934004e-09, -1.1764279660638124e-08, -2.3103456142730969e-08,
          6.508192027688582e-08,  1.7261196825522956e-07, -2.955711402416963e-07,  -1.0794634899914135e-06,
          1.4677741087387606e-06, 6.4532762770062824e-06, -9.9693562612750454e-06, -3.7434648461251629e-05,
          9.2015824602190247e-05, 0.00017190271104102297, -0.00093686523618382472, 0.00044903672813568363,
          0.0069353966800113692,  -0.028692355465236061,  0.064867321486788559,    -0.096663392242384072,
          0.086813650862633443,   -0.0014076784494191765, -0.15776277695537977,    1.1261743962047437};
  }

  bool by_tanh_;
  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;         // N×F
  Matrix<Scalar, Batch, Features> distribution_, density_, y_, d_x_;  // N×F
};

}  // namespace twin::manual
