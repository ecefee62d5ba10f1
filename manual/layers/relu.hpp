// Rectifier, element by element (torch.nn.ReLU; Nair, Hinton 2010, "Rectified Linear Units Improve Restricted
// Boltzmann Machines").
//
//   forward    y   = max(x, 0)
//
//   backward   d_x = d_y · [x > 0]
//
//   Where x > 0, y is x and its slope is 1; where x < 0, y does not move at all. At the kink, x = 0, any
//   slope from 0 to 1 is a subgradient: PyTorch takes 0, and so does this. Hence >, and not ≥.
//
//   caches     a view on x (N×F)
//
//   accuracy   exact: nothing is rounded
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/relu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Relu {
 public:
  static constexpr const char* forward_formula = "y = max(x, 0)";
  static constexpr const char* backward_formula = "d_x = d_y · [x > 0]";

  explicit Relu(const ReluSpec&) {}

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    y_ = x.unaryExpr([](const Scalar& value) {
      using std::max;
      return max(value, Scalar(0));  // in this order: std::max returns its first argument for NaN
    });
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("Relu::backward before forward");
    expect_shape(d_y, y_, "Relu::backward d_y");
    d_x_ = d_y.binaryExpr(*x_, [](const Scalar& d, const Scalar& value) {
      return decide_above(value, Scalar(0)) ? d : Scalar(0);
    });
    return d_x_;
  }

 private:
  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;  // N×F
  Matrix<Scalar, Batch, Features> y_, d_x_;                    // N×F
};

}  // namespace twin::manual
