// Hard swish, element by element (torch.nn.Hardswish; Howard et al. 2019, "Searching for MobileNetV3", 5.2).
//
//   forward    y   = x · g,   g = min(max(x + 3, 0), 6) / 6
//
//   backward   d_x = d_y · (0 where x ≤ -3, 1 where x ≥ 3, else x/3 + ½)
//
//   Between the kinks y = (x² + 3x)/6, and its slope (2x + 3)/6: the product rule counts x twice, once in
//   front and once in g, whose slope is 1/6. Below -3 y is 0. Above 3 g is 1, and y is x: only g is saturated
//   there, so the slope is 1, not 0.
//
//   At the kinks the slope jumps, from 0 to -½ and from 1½ to 1. The outer sides are taken, as PyTorch's
//   documentation has it (and its code, after 2.6).
//
//   caches     a view on x (N×F)
//
//   The clamped factor is divided by 6 before it meets x: so it is exactly 1 above 3, and x·6 never
//   overflows.
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "manual/matrix.hpp"
#include "shared/compare/decisions.hpp"
#include "shared/errors.hpp"
#include "shared/layers/hardswish.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Hardswish {
 public:
  static constexpr const char* forward_formula = "y = x·min(max(x + 3, 0), 6) / 6";
  static constexpr const char* backward_formula = "d_x = d_y · (x ≤ -3 ? 0 : x ≥ 3 ? 1 : x/3 + ½)";

  explicit Hardswish(const HardswishSpec&) {}

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    y_ = x.unaryExpr([](Scalar value) {
      using std::max, std::min;
      return value * (min(max(value + Scalar(3), Scalar(0)), Scalar(6)) / Scalar(6));
    });
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("Hardswish::backward before forward");
    expect_shape(d_y, y_, "Hardswish::backward d_y");
    // Whole arrays first, then a choice between two values: what is computed on one side alone is a branch,
    // which signs that nobody can foresee make slow.
    d_x_ = x_->array() / Scalar(3) + Scalar(0.5);
    d_x_ = x_->binaryExpr(d_x_, [](Scalar value, Scalar between) {
      const bool above_lower = decide_above(value, Scalar(-3)), below_upper = decide_above(Scalar(3), value);
      return below_upper ? (above_lower ? between : Scalar(0)) : Scalar(1);
    });
    d_x_.array() *= d_y.array();
    return d_x_;
  }

 private:
  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;  // N×F
  Matrix<Scalar, Batch, Features> y_, d_x_;                    // N×F
};

}  // namespace twin::manual
