// Softplus, element by element (torch.nn.Softplus; Dugas, Bengio, Bélisle, Nadeau, Garcia 2001,
// "Incorporating second-order functional knowledge for better option pricing", eq. 3).
//
//   forward    y   = log(1 + exp(β·x)) / β                       y = x where β·x > threshold
//                  = (max(β·x, 0) + log(1 + exp(-|β·x|))) / β
//
//   backward   d_x = d_y · σ(β·x)                                d_x = d_y where β·x > threshold
//
//   The inner derivative, β, and the 1/β in front of the logarithm cancel each other: there is no β in front
//   of the sigmoid σ. With e = exp(-|β·x|), which the way forward has computed, σ(β·x) is 1 / (1 + e) where
//   x ≥ 0 and e / (1 + e) where x < 0.
//
//   In the second line the larger exponential is taken out of the logarithm: so nothing overflows, whatever
//   the threshold. The logarithm is log1p(e): 1 + e would lose the digits of a small e.
//
//   At the threshold y jumps by log(1 + exp(-threshold)) / β. Gradient and output take the same side.
//
//   caches     the slope (N×F)
//
//   accuracy   y within 4 ULP of the exact value where β is 1 and x > -40
#pragma once

#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/softplus.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Softplus {
 public:
  static constexpr const char* forward_formula = "y = log(1 + exp(β·x)) / β; x above the threshold";
  static constexpr const char* backward_formula = "d_x = d_y · σ(β·x); d_y above the threshold";

  /// Throws LayerError unless beta is above 0, and both numbers are finite.
  explicit Softplus(const SoftplusSpec& spec)
      : beta_(static_cast<Scalar>(spec.beta)), threshold_(static_cast<Scalar>(spec.threshold)) {
    spec.validate();
  }

  /// x: N×F, of any F. Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    const auto z = beta_ * x.array();
    slope_ = (-z.abs()).exp();  // e
    if constexpr (std::is_floating_point_v<Scalar>)
      y_ = (z.max(Scalar(0)) + slope_.array().log1p()) / beta_;
    else
      y_ = as_libtorch(x);
    slope_ = x.binaryExpr(
        slope_, [](Scalar value, Scalar e) { return (value < Scalar(0) ? e : Scalar(1)) / (Scalar(1) + e); });
    for (Index i = 0; i < x.size(); ++i) {
      const Scalar value = x.data()[i], y = y_.data()[i], slope = slope_.data()[i];
      const bool above = decide_above(Scalar(beta_ * value), threshold_);
      y_.data()[i] = above ? value : y;
      slope_.data()[i] = above ? Scalar(1) : slope;
    }
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    expect_shape(d_y, slope_, "Softplus::backward d_y");
    d_x_ = d_y.cwiseProduct(slope_);
    return d_x_;
  }

 private:
  // Bounds must allow for what LibTorch computes: where x > 0, the large exponential.
  Matrix<Scalar, Batch, Features> as_libtorch(const ConstMatrixView<Scalar, Batch, Features>& x) const {
    return x.unaryExpr([this](const Scalar& value) { return log1p(exp(beta_ * value)) / beta_; });
  }

  Scalar beta_, threshold_;
  Matrix<Scalar, Batch, Features> y_, slope_, d_x_;  // N×F
};

}  // namespace twin::manual
