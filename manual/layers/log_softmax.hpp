// Logarithm of the softmax over the last extent (torch.nn.LogSoftmax with dim=-1; Goodfellow, Bengio,
// Courville 2016, "Deep Learning", 6.2.2.3).
//
//   forward    y_k = x_k - m - log Σ_i exp(x_i - m)        i over the row of k;  m = max_i x_i
//
//   backward   d_x_k = d_y_k - p_k · Σ_i d_y_i             p = softmax(x) = exp(y)
//
//     d_y_k            x_k stands in its own output …
//     -p_k·Σ d_y_i     … and in the sum, whose logarithm every output of the row has subtracted: its slope by
//                      x_k is p_k
//
//   Logarithm and softmax are computed together: log(softmax(x)) would be the logarithm of 0 far out, and
//   lose all digits where the softmax is close to 1. Subtracting the maximum changes nothing in exact
//   arithmetic, and keeps exp from overflowing; outside the logarithm it is subtracted once more.
//
//   p is kept from the way forward: no exponential is computed twice.
//
//   caches     p (N×K)
#pragma once

#include <cmath>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/log_softmax.hpp"

namespace twin::manual {

template <typename Scalar>
class LogSoftmax {
 public:
  static constexpr const char* forward_formula = "y = x - log Σ exp(x), over each row";
  static constexpr const char* backward_formula = "d_x = d_y - softmax(x)·Σ d_y, over each row";

  explicit LogSoftmax(const LogSoftmaxSpec&) {}

  /// x: N×K, of any K. Returns y: N×K, valid until the next call; a row with a NaN is NaN.
  const Matrix<Scalar>& forward(ConstMatrixView<Scalar> x) {
    y_.resize(x.rows(), x.cols());
    for (Index n = 0; n < x.rows(); ++n) y_.row(n).array() = x.row(n).array() - x.row(n).maxCoeff();
    p_ = y_.array().exp();  // of all rows at once: a short row does not fill a vector
    for (Index n = 0; n < x.rows(); ++n) {
      using std::log;
      const Scalar sum = p_.row(n).sum();  // at least 1, of the largest
      y_.row(n).array() -= log(sum);
      p_.row(n) /= sum;
    }
    return y_;
  }

  /// d_y: N×K, the gradient of the loss by y. Returns d_x: N×K. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar>& backward(ConstMatrixView<Scalar> d_y) {
    expect_shape(d_y, p_, "LogSoftmax::backward d_y");
    d_x_.resize(d_y.rows(), d_y.cols());
    for (Index n = 0; n < d_y.rows(); ++n) d_x_.row(n) = d_y.row(n) - d_y.row(n).sum() * p_.row(n);
    return d_x_;
  }

 private:
  Matrix<Scalar> p_, y_, d_x_;  // N×K
};

}  // namespace twin::manual
