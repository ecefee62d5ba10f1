// Sigmoid linear unit, or swish, element by element (torch.nn.SiLU; Elfwing, Uchibe, Doya 2018,
// "Sigmoid-weighted linear units for neural network function approximation in reinforcement learning", eq. 5
// and 6; Ramachandran, Zoph, Le 2017, "Searching for activation functions").
//
//   forward    s   = 1 / (1 + exp(-x)),   y = x·s
//
//   backward   d_x = d_y · (s + y·(1 - s))
//
//     s             x stands in front of the sigmoid …
//     y·(1 - s)     … and inside it: x · s·(1 - s), and x·s is y
//
//   s is kept from the way forward: no exponential is computed twice.
//
//   caches     s, y (N×F)
//
//   accuracy   y within 5 ULP of the exact value for x > -40
//
//   Below -800, s is 0 in any precision but for what a vectorised exp leaves of it: there x is taken to be
//   -800, so that this rest is not multiplied by a large number.
#pragma once

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/silu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Silu {
 public:
  static constexpr const char* forward_formula = "y = x·σ(x)";
  static constexpr const char* backward_formula = "d_x = d_y · (σ(x) + y·(1 - σ(x)))";

  explicit Silu(const SiluSpec&) {}

  /// x: N×F, of any F. Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    s_ = (Scalar(1) + (-x.array()).exp()).inverse();
    y_ = x.array().max(Scalar(-800)) * s_.array();
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    expect_shape(d_y, y_, "Silu::backward d_y");
    d_x_ = d_y.array() * (s_.array() + y_.array() * (Scalar(1) - s_.array()));
    return d_x_;
  }

 private:
  Matrix<Scalar, Batch, Features> s_, y_, d_x_;  // N×F
};

}  // namespace twin::manual
