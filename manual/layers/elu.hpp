// Exponential linear unit, element by element (torch.nn.ELU; Clevert, Unterthiner, Hochreiter 2016, "Fast and
// accurate deep network learning by exponential linear units", eq. 15).
//
//   forward    y   = x where x > 0, else α·(exp(x) - 1)
//
//   backward   d_x = d_y · (x > 0 ? 1 : y + α)
//
//   Where x ≤ 0, the slope is α·exp(x), which is y + α: y is at hand, so no exponential is computed twice.
//   The slope of the left side at 0 is α, that of the right side 1. Unless α is 1, there is a kink: at x = 0
//   PyTorch takes α, and so does this. Hence >, and not ≥.
//
//   The input decides on the side, not the output: y has the sign of x only where α > 0.
//
//   caches     y (N×F), a view on x (N×F)
//
//   accuracy   y within 4 ULP of the exact value where α is 1
//
//   exp(x) - 1 is computed in one piece (expm1): near 0 the difference would lose all digits. Where x > 0 it
//   may overflow, and is not used.
#pragma once

#include <optional>
#include <stdexcept>
#include <type_traits>

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/elu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Elu {
 public:
  static constexpr const char* forward_formula = "y = x > 0 ? x : α·(exp(x) - 1)";
  static constexpr const char* backward_formula = "d_x = d_y · (x > 0 ? 1 : y + α)";

  /// Throws LayerError unless alpha is finite.
  explicit Elu(const EluSpec& spec) : alpha_(static_cast<Scalar>(spec.alpha)) { spec.validate(); }

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    // Whole arrays first, then a choice between two values: what is computed on one side alone is a branch,
    // which signs that nobody can foresee make slow.
    if constexpr (std::is_floating_point_v<Scalar>)
      y_ = alpha_ * x.array().expm1();
    else  // bounds must allow for the difference that LibTorch takes
      y_ = alpha_ * (x.array().exp() - Scalar(1));
    y_ = x.binaryExpr(y_, [](Scalar value, Scalar below) { return value > Scalar(0) ? value : below; });
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("Elu::backward before forward");
    expect_shape(d_y, y_, "Elu::backward d_y");
    d_x_ = y_.array() + alpha_;
    d_x_ = x_->binaryExpr(
        d_x_, [](Scalar value, Scalar below) { return decide_above(value, Scalar(0)) ? Scalar(1) : below; });
    d_x_.array() *= d_y.array();
    return d_x_;
  }

 private:
  Scalar alpha_;
  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;  // N×F
  Matrix<Scalar, Batch, Features> y_, d_x_;                    // N×F
};

}  // namespace twin::manual
