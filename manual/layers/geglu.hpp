// A feed-forward layer with a gate of GELU: each value of the hidden layer is multiplied by one (Shazeer
// 2020, "GLU variants improve transformer", eq. 6).
//
//   forward    g = gate_proj(x), u = up_proj(x)             N×I
//              a = gelu(g) = g·Φ(g)                         element by element (manual/layers/gelu.hpp)
//              h = a·u
//              y = down_proj(h)
//
//   backward   d_h = what comes back out of down_proj
//              d_u = d_h·a                                  each factor gets the other for its derivative
//              d_g = d_h·u·(Φ(g) + g·Φ'(g))                 g stands in g·Φ(g) twice
//              d_x = d_g and d_u, each taken back through its projection: x feeds both
//
//   caches     views on a and u (N×I), Φ(g) and Φ'(g) (N×I)
#pragma once

#include <memory>
#include <vector>

#include "manual/layer.hpp"
#include "manual/layers/gelu.hpp"
#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/layers/geglu.hpp"

namespace twin::manual {

template <typename Scalar>
class Geglu {
 public:
  static constexpr const char* forward_formula = "y = down_proj(gelu(g)·u), g = gate_proj(x), u = up_proj(x)";
  static constexpr const char* backward_formula = "d_x = d_g·W_gate + d_u·W_up";

  /// Throws LayerError unless both sizes are above 0.
  Geglu(const GegluSpec& spec, const Scope<Scalar>& scope) {
    spec.validate();
    for (const LayerSpec& child : spec.children()) projections_.push_back(make_layer<Scalar>(child, scope));
  }

  /// x: its last extent is hidden_size; unchanged until backward(). Returns y, of the shape of x, valid until
  /// the next call. Throws ShapeError when the last extent differs.
  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) {
    const Activation<Scalar> gate = gate_proj().forward(x, way);
    up_ = up_proj().forward(x, way);
    a_ = {gelu_.forward(gate.as_matrix()), up_.extents()};
    h_ = a_.as_matrix().cwiseProduct(up_.as_matrix());
    return down_proj().forward(Activation<Scalar>(h_, up_.extents()), way);
  }

  /// d_y: the gradient of the loss by y. Returns d_x, in its shape; adds to the gradients of the projections.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    const Activation<Scalar> d_gate = product_backward(down_proj().backward(d_y, way));
    d_x_ = up_proj().backward({d_up_, up_.extents()}, way).as_matrix();
    d_x_ += gate_proj().backward(d_gate, way).as_matrix();
    return {d_x_, d_y.extents()};
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    const Activation<Scalar> d_gate = product_backward(down_proj().backward(d_y, way));
    up_proj().backward_parameters({d_up_, up_.extents()}, way);
    gate_proj().backward_parameters(d_gate, way);
  }

  void zero_grad() {
    for (const auto& projection : projections_) projection->zero_grad();
  }
  const std::vector<std::unique_ptr<Layer<Scalar>>>& children() const { return projections_; }

 private:
  // Sets d_up_, and returns d_g.
  Activation<Scalar> product_backward(const Activation<Scalar>& d_h) {
    d_up_ = d_h.as_matrix().cwiseProduct(a_.as_matrix());
    d_a_ = d_h.as_matrix().cwiseProduct(up_.as_matrix());
    return {gelu_.backward(d_a_), up_.extents()};
  }

  Layer<Scalar>& gate_proj() { return *projections_[0]; }
  Layer<Scalar>& up_proj() { return *projections_[1]; }
  Layer<Scalar>& down_proj() { return *projections_[2]; }

  std::vector<std::unique_ptr<Layer<Scalar>>> projections_;  // gate_proj, up_proj, down_proj
  Gelu<Scalar> gelu_{GeluSpec{}};
  Activation<Scalar> up_, a_;      // N×I
  Matrix<Scalar> h_, d_a_, d_up_;  // N×I
  Matrix<Scalar> d_x_;             // N×H
};

}  // namespace twin::manual
