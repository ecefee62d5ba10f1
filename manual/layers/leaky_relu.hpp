// Leaky rectifier, element by element (torch.nn.LeakyReLU; Maas, Hannun, Ng 2013, "Rectifier nonlinearities
// improve neural network acoustic models", eq. 2).
//
//   forward    y   = x where x > 0, else a·x            a: negative_slope
//
//   backward   d_x = d_y · (x > 0 ? 1 : a)
//
//   Below 0 the slope is a, not 0: what is negative still learns. At the kink, x = 0, any slope between a and
//   1 is a subgradient: PyTorch takes a, and so does this. Hence >, and not ≥.
//
//   The input decides, not the output: y has the sign of x only where a > 0. And y = max(x, a·x) is right up
//   to a = 1 only.
//
//   caches     a view on x (N×F)
//
//   accuracy   y within 1 ULP: a·x is rounded once
#pragma once

#include <optional>
#include <stdexcept>

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/leaky_relu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class LeakyRelu {
 public:
  static constexpr const char* forward_formula = "y = x > 0 ? x : a·x";
  static constexpr const char* backward_formula = "d_x = d_y · (x > 0 ? 1 : a)";

  /// Throws LayerError unless the slope is finite.
  explicit LeakyRelu(const LeakyReluSpec& spec) : a_(static_cast<Scalar>(spec.negative_slope)) {
    spec.validate();
  }

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    y_ = x.unaryExpr([one = one_, a = a_](Scalar value) { return value * (value > Scalar(0) ? one : a); });
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("LeakyRelu::backward before forward");
    expect_shape(d_y, y_, "LeakyRelu::backward d_y");
    d_x_ = d_y.binaryExpr(*x_, [one = one_, a = a_](Scalar d, Scalar value) {
      return d * (decide_above(value, Scalar(0)) ? one : a);
    });
    return d_x_;
  }

 private:
  // The slopes of the two sides. (The compiler must not know the 1: it would leave out the product by it, and
  // branch on signs that nobody can foresee.)
  Scalar one_ = Scalar(1), a_;
  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;  // N×F
  Matrix<Scalar, Batch, Features> y_, d_x_;                    // N×F
};

}  // namespace twin::manual
