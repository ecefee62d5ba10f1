// Layers with a way around them (He, Zhang, Ren, Sun 2016, "Identity mappings in deep residual networks", eq.
// 3 and 5).
//
//   forward    y   = x + block(x)
//
//   backward   d_x = d_y + (d_y taken back through the block)
//
//   x has two ways to y, and each of them gets the whole of d_y: derivatives of a sum are not shared out. By
//   the way around the block d_y arrives as it is, however deep the network.
//
//   caches     none of its own; the block's layers theirs
#pragma once

#include "manual/networks/sequential.hpp"
#include "shared/errors.hpp"
#include "shared/layers/residual.hpp"

namespace twin::manual {

template <typename Scalar>
class Residual {
 public:
  static constexpr const char* forward_formula = "y = x + block(x)";
  static constexpr const char* backward_formula = "d_x = d_y + d_block";

  Residual(const ResidualSpec& spec, const Scope<Scalar>& scope) : block_(spec.block, scope) {}

  /// x: unchanged until backward(). Returns y, in the shape of x, valid until the next call. Throws
  /// ShapeError when x does not fit the block, or comes out of it in another shape.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    const Activation<Scalar> branch = block_.forward(x, way);
    expect_shape(branch.as_samples(), x.as_samples(), "Residual::forward block(x)");
    y_ = x.as_samples() + branch.as_samples();
    return {y_, x.extents()};
  }

  /// d_y: the gradient of the loss by y. Returns d_x, in its shape; adds to the gradients of the block.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    d_x_ = d_y.as_samples() + block_.backward(d_y, way).as_samples();
    return {d_x_, d_y.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    block_.backward_parameters(d_y, way);
  }

  void zero_grad() { block_.zero_grad(); }
  const auto& children() const { return block_.layers(); }

 private:
  Sequential<Scalar> block_;
  Matrix<Scalar> y_, d_x_;  // N×(features of a sample)
};

}  // namespace twin::manual
