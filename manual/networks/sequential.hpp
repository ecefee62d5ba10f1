// Layers one after the other (torch.nn.Sequential). An MLP of any depth and width is a specification of it.
//
//   forward    x₀ = x,  xᵢ = layerᵢ(xᵢ₋₁)
//
//   backward   the same list from its end: what layer i finds as d_x is the d_y of layer i - 1 (the chain
//   rule)
//
//   caches     each layer its own; the outputs of one layer are the inputs of the next, without a copy
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "manual/layer.hpp"
#include "manual/loss.hpp"
#include "manual/parameter.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

/// Sees nothing of the values that pass between the layers.
struct Unobserved {
  template <typename... Values>
  void operator()(const Values&...) const {}
};

template <typename ScalarType>
class Sequential {
 public:
  using Scalar = ScalarType;
  using Input = ConstMatrixView<Scalar>;
  using Loss = manual::Loss<Scalar>;

  explicit Sequential(const std::vector<LayerSpec>& specs) {
    layers_.reserve(specs.size());  // a layer that moves is copied: its parameters are matrices
    for (const LayerSpec& spec : specs) {
      names_.push_back(spec.name);
      layers_.push_back(std::visit([](const auto& kind) { return make_layer<Scalar>(kind); }, spec.kind));
    }
  }

  /// x: N×I, unchanged until backward(). Returns N×O, valid until the next call; x itself when there is no
  /// layer. Shows each layer's output to observe(layer index, layer, output).
  template <typename Observer = Unobserved>
  ConstMatrixView<Scalar> forward(ConstMatrixView<Scalar> x, const Observer& observe = {}) {
    const Matrix<Scalar>* y = nullptr;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      std::visit(
          [&](auto& layer) {
            y = &layer.forward(y ? ConstMatrixView<Scalar>(*y) : x);
            observe(i, layer, *y);
          },
          layers_[i]);
    }
    return y ? ConstMatrixView<Scalar>(*y) : x;
  }

  /// d_y: N×O. Returns d_x: N×I; adds to the gradient of every parameter. Shows each layer's input gradient
  /// to observe(layer index, layer, d_x), last layer first.
  template <typename Observer = Unobserved>
  ConstMatrixView<Scalar> backward(ConstMatrixView<Scalar> d_y, const Observer& observe = {}) {
    const Matrix<Scalar>* d_x = nullptr;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      std::visit(
          [&](auto& layer) {
            d_x = &layer.backward(d_x ? ConstMatrixView<Scalar>(*d_x) : d_y);
            observe(i, layer, *d_x);
          },
          layers_[i]);
    }
    return d_x ? ConstMatrixView<Scalar>(*d_x) : d_y;
  }

  /// backward() without the gradient of the network's input, which a training step has no use for.
  void backward_parameters(ConstMatrixView<Scalar> d_y) {
    const Matrix<Scalar>* d_x = nullptr;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      std::visit(
          [&](auto& layer) {
            const ConstMatrixView<Scalar> d_output = d_x ? ConstMatrixView<Scalar>(*d_x) : d_y;
            if (i == 0)
              layer.backward_parameters(d_output);
            else
              d_x = &layer.backward(d_output);
          },
          layers_[i]);
    }
  }

  void zero_grad() {
    for (Layer<Scalar>& layer : layers_) std::visit([](auto& kind) { kind.zero_grad(); }, layer);
  }

  /// Views, in the order of parameters_of(specification); valid as long as this object stays where it is.
  std::vector<Parameter<Scalar>> parameters() {
    std::vector<Parameter<Scalar>> all;
    for (std::size_t i = 0; i < layers_.size(); ++i)
      std::visit(
          [&](auto& layer) {
            for_each_parameter(layer.parameters(names_[i]),
                               [&](auto& parameter) { all.push_back(std::move(parameter)); });
          },
          layers_[i]);
    return all;
  }

  const std::string& name(std::size_t layer) const { return names_.at(layer); }

 private:
  std::vector<std::string> names_;
  std::vector<Layer<Scalar>> layers_;
};

}  // namespace twin::manual
