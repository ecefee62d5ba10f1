// Softmax over the last extent (torch.nn.Softmax with dim=-1; Bridle 1990, "Probabilistic interpretation of
// feedforward classification network outputs", eq. 6 and 7; Goodfellow, Bengio, Courville 2016, "Deep
// Learning", 6.2.2.3).
//
//   forward    y_k = exp(x_k - m) / Σ_i exp(x_i - m)       i over the row of k;  m = max_i x_i
//
//   backward   d_x_k = y_k · (d_y_k - Σ_i y_i·d_y_i)
//
//     y_k·d_y_k           x_k raises its own exponential …
//     -y_k·Σ y_i·d_y_i    … and with it the sum, which makes all outputs of the row smaller
//
//   The Jacobian of a row, diag(y) - y·yᵀ, has K² elements. Its product with d_y needs none of them: one sum
//   for each row is enough.
//
//   A d_y that is constant over a row has no effect, since the outputs sum to 1: the d_x of a row sum to 0.
//   Subtracting the maximum changes nothing in exact arithmetic, and keeps exp from overflowing.
//
//   caches     y (N×K)
#pragma once

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/softmax.hpp"

namespace twin::manual {

template <typename Scalar>
class Softmax {
 public:
  static constexpr const char* forward_formula = "y = exp(x) / Σ exp(x), over each row";
  static constexpr const char* backward_formula = "d_x = y·(d_y - Σ y·d_y), over each row";

  explicit Softmax(const SoftmaxSpec&) {}

  /// x: N×K, of any K. Returns y: N×K, valid until the next call; a row with a NaN is NaN.
  const Matrix<Scalar>& forward(ConstMatrixView<Scalar> x) {
    y_.resize(x.rows(), x.cols());
    for (Index n = 0; n < x.rows(); ++n) y_.row(n).array() = x.row(n).array() - x.row(n).maxCoeff();
    y_ = y_.array().exp();  // of all rows at once: a short row does not fill a vector
    for (Index n = 0; n < x.rows(); ++n) y_.row(n) /= y_.row(n).sum();
    return y_;
  }

  /// d_y: N×K, the gradient of the loss by y. Returns d_x: N×K. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar>& backward(ConstMatrixView<Scalar> d_y) {
    expect_shape(d_y, y_, "Softmax::backward d_y");
    d_x_.resize(d_y.rows(), d_y.cols());
    for (Index n = 0; n < d_y.rows(); ++n) {
      const Scalar sum = y_.row(n).cwiseProduct(d_y.row(n)).sum();
      d_x_.row(n).array() = y_.row(n).array() * (d_y.row(n).array() - sum);
    }
    return d_x_;
  }

 private:
  Matrix<Scalar> y_, d_x_;  // N×K
};

}  // namespace twin::manual
