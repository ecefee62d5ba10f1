// Logistic sigmoid, element by element (torch.nn.Sigmoid; Rumelhart, Hinton, Williams 1986, eq. 2 and 4).
//
//   forward    y   = 1 / (1 + exp(-x))
//
//   backward   d_x = d_y · y·(1 - y)
//
//   The derivative is written in the output y, not in the input x: exp(-x) = (1 - y) / y turns
//   exp(-x) / (1 + exp(-x))² into y·(1 - y), and y is at hand.
//
//   caches     y (N×F)
//
//   accuracy   y within 4 ULP of the exact value for x > -46 (seen: 3.7 in float32, 2.3 in float64)
//
//   Where y is smaller still, but a normal number, within 6 (seen: 5.4 in float32, with AVX-512's exp).
#pragma once

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/sigmoid.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Sigmoid {
 public:
  static constexpr const char* forward_formula = "y = 1 / (1 + exp(-x))";
  static constexpr const char* backward_formula = "d_x = d_y · y·(1 - y)";

  explicit Sigmoid(const SigmoidSpec&) {}

  /// x: N×F, of any F. Returns y: N×F, valid until the next call; 0 and 1 at the far ends, never NaN but for
  /// NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    y_ = (Scalar(1) + (-x.array()).exp()).inverse();
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    expect_shape(d_y, y_, "Sigmoid::backward d_y");
    d_x_ = d_y.array() * (y_.array() * (Scalar(1) - y_.array()));
    return d_x_;
  }

 private:
  Matrix<Scalar, Batch, Features> y_, d_x_;  // N×F
};

/// The layer of a specification in sizes that the compiler knows.
template <typename Scalar, Index Batch, Index In, Index Out>
Sigmoid<Scalar, Batch, Out> of_fixed_size(const SigmoidSpec&);

}  // namespace twin::manual
