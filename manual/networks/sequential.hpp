// Layers one after the other (torch.nn.Sequential). An MLP of any depth and width is a specification of it.
//
//   forward    x₀ = x,  xᵢ = layerᵢ(xᵢ₋₁)
//
//   backward   the same list from its end: what layer i returns as d_x is the d_y of layer i - 1 (the chain
//              rule)
//
//   caches     each layer its own; the outputs of one layer are the inputs of the next, without a copy
#pragma once

#include <memory>
#include <vector>

#include "manual/layer.hpp"

namespace twin::manual {

template <typename ScalarType>
class Sequential {
 public:
  using Scalar = ScalarType;
  using Layers = std::vector<std::unique_ptr<Layer<Scalar>>>;

  Sequential(const std::vector<LayerSpec>& specs, const Scope<Scalar>& scope) {
    for (const LayerSpec& spec : specs) layers_.push_back(make_layer<Scalar>(spec, scope));
  }

  /// x: numbers, or integers for a first layer that takes them; unchanged until backward(). The result is
  /// valid until the next call; x itself when there is no layer.
  template <typename X>
  Activation<Scalar> forward(const X& x, const Way<Scalar>& way) {
    if (layers_.empty()) {
      if constexpr (std::is_same_v<X, Indices>)
        throw ShapeError("a network without layers takes no integers");
      else
        return x;
    }
    Activation<Scalar> y = layers_[0]->forward(x, way);
    for (std::size_t i = 1; i < layers_.size(); ++i) y = layers_[i]->forward(y, way);
    return y;
  }

  /// d_y: of the shape of forward()'s result. Returns d_x; adds to the gradient of every parameter.
  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    Activation<Scalar> d = d_y;
    for (std::size_t i = layers_.size(); i-- > 0;) d = layers_[i]->backward(d, way);
    return d;
  }

  /// backward() without the gradient of the first layer's input, which a training step has no use for.
  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    Activation<Scalar> d = d_y;
    for (std::size_t i = layers_.size(); i-- > 1;) d = layers_[i]->backward(d, way);
    if (!layers_.empty()) layers_[0]->backward_parameters(d, way);
  }

  void zero_grad() {
    for (const auto& layer : layers_) layer->zero_grad();
  }

  const Layers& layers() const { return layers_; }

 private:
  Layers layers_;
};

}  // namespace twin::manual
