// Scaled exponential linear unit, element by element (torch.nn.SELU; Klambauer, Unterthiner, Mayr, Hochreiter
// 2017, "Self-normalizing neural networks", eq. 2 and 14).
//
//   forward    y   = λ·x where x > 0, else λ·α·(exp(x) - 1)            α = 1.6733, λ = 1.0507
//
//   backward   d_x = d_y · (x > 0 ? λ : y + λ·α)
//
//   Where x ≤ 0, the slope is λ·α·exp(x), which is y + λ·α: y is at hand, so no exponential is computed
//   twice. y holds the factor λ already. The slope of the left side at 0 is λ·α = 1.7581, that of the right
//   side λ: at x = 0 PyTorch takes λ·α, and so does this. Hence >, and not ≥.
//
//   caches     y (N×F), a view on x (N×F)
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
#include "shared/layers/selu.hpp"

namespace twin::manual {

template <typename Scalar, Index Batch = Eigen::Dynamic, Index Features = Eigen::Dynamic>
class Selu {
 public:
  static constexpr const char* forward_formula = "y = x > 0 ? λ·x : λ·α·(exp(x) - 1)";
  static constexpr const char* backward_formula = "d_x = d_y · (x > 0 ? λ : y + λ·α)";

  explicit Selu(const SeluSpec&) {}

  /// x: N×F, of any F, unchanged until backward(). Returns y: N×F, valid until the next call; NaN for NaN.
  const Matrix<Scalar, Batch, Features>& forward(ConstMatrixView<Scalar, Batch, Features> x) {
    x_.emplace(x);
    // Whole arrays first, then a choice between two values: what is computed on one side alone is a branch,
    // which signs that nobody can foresee make slow.
    if constexpr (std::is_floating_point_v<Scalar>)
      y_ = alpha() * x.array().expm1();
    else  // bounds must allow for the difference that LibTorch takes
      y_ = alpha() * (x.array().exp() - Scalar(1));
    y_ = x.binaryExpr(
        y_, [](Scalar value, Scalar below) { return scale() * (value > Scalar(0) ? value : below); });
    return y_;
  }

  /// d_y: N×F, the gradient of the loss by y. Returns d_x: N×F. Throws ShapeError when d_y has not the shape
  /// of y.
  const Matrix<Scalar, Batch, Features>& backward(ConstMatrixView<Scalar, Batch, Features> d_y) {
    if (!x_) throw std::logic_error("Selu::backward before forward");
    expect_shape(d_y, y_, "Selu::backward d_y");
    d_x_ = y_.array() + scale() * alpha();
    d_x_ = x_->binaryExpr(
        d_x_, [](Scalar value, Scalar below) { return decide_above(value, Scalar(0)) ? scale() : below; });
    d_x_.array() *= d_y.array();
    return d_x_;
  }

 private:
  static Scalar alpha() { return static_cast<Scalar>(SeluSpec::kAlpha); }
  static Scalar scale() { return static_cast<Scalar>(SeluSpec::kScale); }

  std::optional<ConstMatrixView<Scalar, Batch, Features>> x_;  // N×F
  Matrix<Scalar, Batch, Features> y_, d_x_;                    // N×F
};

}  // namespace twin::manual
