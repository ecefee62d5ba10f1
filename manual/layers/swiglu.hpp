// The feed-forward layer of Llama: a hidden layer of which each value is multiplied by a gate (Shazeer 2020,
// "GLU variants improve transformer", eq. 6; SiLU: Elfwing, Uchibe, Doya 2018).
//
//   forward    g = gate_proj(x), u = up_proj(x)             N×I
//              s = 1 / (1 + exp(-g)), a = g·s               element by element: a is silu(g)
//              h = a·u
//              y = down_proj(h)
//
//   backward   d_h = what comes back out of down_proj
//              d_u = d_h·a                                  each factor gets the other for its derivative
//              d_g = d_h·u·(s + a·(1 - s))                  g stands in g·s twice: s is what the first
//                                                           yields, and g·s·(1 - s) what the second does
//              d_x = d_g and d_u, each taken back through its projection: x feeds both
//
//   The exponential is taken once: s is kept, and its derivative s·(1 - s) is written in s itself.
//
//   caches     a view on u (N×I, up_proj's), s and a (N×I)
//
//   Below -800, s is 0 in any precision but for what a vectorised exp leaves of it: there g is taken to be
//   -800, so that this rest is not multiplied by a large number.
#pragma once

#include <memory>
#include <vector>

#include "manual/layer.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/swiglu.hpp"

namespace twin::manual {

template <typename Scalar>
class Swiglu {
 public:
  static constexpr const char* forward_formula = "y = down_proj(silu(g)·u), g = gate_proj(x), u = up_proj(x)";
  static constexpr const char* backward_formula = "d_x = d_g·W_gate + d_u·W_up";

  /// Throws LayerError unless both sizes are above 0.
  Swiglu(const SwigluSpec& spec, const Scope<Scalar>& scope) {
    spec.validate();
    for (const LayerSpec& child : spec.children()) projections_.push_back(make_layer<Scalar>(child, scope));
  }

  /// x: its last extent is hidden_size; unchanged until backward(). Returns y, of the shape of x, valid until
  /// the next call. Throws ShapeError when the last extent differs.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    const Activation<Scalar> gate = gate_proj().forward(x, way);
    up_ = up_proj().forward(x, way);
    const auto g = gate.as_matrix().array();
    s_ = (Scalar(1) + (-g).exp()).inverse();
    a_ = g.max(Scalar(-800)) * s_.array();
    h_ = a_.cwiseProduct(up_.as_matrix());
    return down_proj().forward(Activation<Scalar>(h_, up_.extents()), way);
  }

  /// d_y: the gradient of the loss by y. Returns d_x, in its shape; adds to the gradients of the projections.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    product_backward(down_proj().backward(d_y, way));
    d_x_ = up_proj().backward({d_up_, up_.extents()}, way).as_matrix();
    d_x_ += gate_proj().backward({d_gate_, up_.extents()}, way).as_matrix();
    return {d_x_, d_y.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    product_backward(down_proj().backward(d_y, way));
    up_proj().backward_parameters({d_up_, up_.extents()}, way);
    gate_proj().backward_parameters({d_gate_, up_.extents()}, way);
  }

  void zero_grad() {
    for (const auto& projection : projections_) projection->zero_grad();
  }
  const std::vector<std::unique_ptr<Layer<Scalar>>>& children() const { return projections_; }

 private:
  void product_backward(const Activation<Scalar>& d) {
    const auto u = up_.as_matrix().array(), d_h = d.as_matrix().array();
    const auto s = s_.array(), a = a_.array();
    d_up_ = d_h * a;
    d_gate_ = d_h * u * (s + a * (Scalar(1) - s));
  }

  Layer<Scalar>& gate_proj() { return *projections_[0]; }
  Layer<Scalar>& up_proj() { return *projections_[1]; }
  Layer<Scalar>& down_proj() { return *projections_[2]; }

  std::vector<std::unique_ptr<Layer<Scalar>>> projections_;  // gate_proj, up_proj, down_proj
  Activation<Scalar> up_;                                    // N×I
  Matrix<Scalar> s_, a_, h_, d_gate_, d_up_;                 // N×I
  Matrix<Scalar> d_x_;                                       // N×H
};

}  // namespace twin::manual
