// Dense layers with a sigmoid after each, and the mean squared error, of sizes that the compiler knows: the
// layers of Sequential, without a loop, a branch or an allocation between them. For small networks, whose
// products take less time than a call.
//
//   forward    x₀ = x,  x₂ᵢ₊₁ = denseᵢ(x₂ᵢ),  x₂ᵢ₊₂ = sigmoid(x₂ᵢ₊₁)
//
//   backward   the same from the end, as in Sequential
//
//   caches     each layer its own
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "manual/layers/dense.hpp"
#include "manual/layers/sigmoid.hpp"
#include "manual/losses/mse.hpp"
#include "manual/networks/sequential.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

/// Mlp<float, 4, 2, 4, 1>: batches of 4 samples through 2-4-1.
template <typename ScalarType, Index Batch, Index... Widths>
class Mlp {
  static constexpr Index kWidths[] = {Widths...};
  static constexpr std::size_t kDense = sizeof...(Widths) - 1;
  template <typename Indices>
  struct LayersOf;
  template <std::size_t... I>
  struct LayersOf<std::index_sequence<I...>> {
    template <std::size_t J>
    using Kind = std::conditional_t<J % 2 == 0, Dense<ScalarType, Batch, kWidths[J / 2], kWidths[J / 2 + 1]>,
                                    Sigmoid<ScalarType, Batch, kWidths[J / 2 + 1]>>;
    using Type = std::tuple<Kind<I>...>;
  };
  static constexpr std::size_t kLayers = 2 * kDense;
  using Layers = typename LayersOf<std::make_index_sequence<kLayers>>::Type;
  template <std::size_t... I>
  static Layers make_layers(const std::vector<LayerSpec>& specs, std::index_sequence<I...>) {
    return Layers(std::get<std::conditional_t<I % 2 == 0, DenseSpec, SigmoidSpec>>(specs.at(I).kind)...);
  }

 public:
  using Scalar = ScalarType;
  using Input = ConstMatrixView<Scalar, Batch, kWidths[0]>;
  using Output = ConstMatrixView<Scalar, Batch, kWidths[kDense]>;
  using Loss = MseLoss<Scalar, Batch, kWidths[kDense]>;

  /// Whether `spec` describes this network.
  static bool fits(const NetworkSpec& spec) {
    const NetworkSpec like = mlp({Widths...}, MseLossSpec{}, spec.optimizer, spec.initialiser);
    return std::holds_alternative<MseLossSpec>(spec.loss) &&
           std::equal(spec.layers.begin(), spec.layers.end(), like.layers.begin(), like.layers.end(),
                      [](const LayerSpec& a, const LayerSpec& b) { return a.kind == b.kind; });
  }

  /// Precondition: fits().
  explicit Mlp(const std::vector<LayerSpec>& specs)
      : layers_(make_layers(specs, std::make_index_sequence<kLayers>{})) {
    for (const LayerSpec& spec : specs) names_.push_back(spec.name);
  }

  /// As Sequential::forward().
  template <typename Observer = Unobserved>
  [[gnu::flatten]] Output forward(Input x, const Observer& observe = {}) {
    return forward_from<0>(x, observe);
  }

  /// As Sequential::backward().
  template <typename Observer = Unobserved>
  Input backward(Output d_y, const Observer& observe = {}) {
    return backward_from<kLayers - 1>(d_y, observe);
  }

  /// As Sequential::backward_parameters().
  [[gnu::flatten]] void backward_parameters(Output d_y) { backward_parameters_from<kLayers - 1>(d_y); }

  void zero_grad() {
    std::apply([](auto&... layer) { (layer.zero_grad(), ...); }, layers_);
  }

  /// A tuple of views, in the order of parameters_of(specification); valid as long as this object stays where
  /// it is.
  auto parameters() { return parameters_of_layers(std::make_index_sequence<kLayers>{}); }

  const std::string& name(std::size_t layer) const { return names_.at(layer); }

 private:
  template <std::size_t I, typename X, typename Observer>
  Output forward_from(const X& x, const Observer& observe) {
    const auto& y = std::get<I>(layers_).forward(x);
    observe(I, std::get<I>(layers_), y);
    if constexpr (I + 1 < kLayers)
      return forward_from<I + 1>(y, observe);
    else
      return y;
  }

  template <std::size_t I, typename Gradient, typename Observer>
  Input backward_from(const Gradient& d_y, const Observer& observe) {
    const auto& d_x = std::get<I>(layers_).backward(d_y);
    observe(I, std::get<I>(layers_), d_x);
    if constexpr (I > 0)
      return backward_from<I - 1>(d_x, observe);
    else
      return d_x;
  }

  template <std::size_t I, typename Gradient>
  void backward_parameters_from(const Gradient& d_y) {
    if constexpr (I > 0)
      backward_parameters_from<I - 1>(std::get<I>(layers_).backward(d_y));
    else
      std::get<I>(layers_).backward_parameters(d_y);
  }

  template <std::size_t... I>
  auto parameters_of_layers(std::index_sequence<I...>) {
    return std::tuple_cat(std::get<I>(layers_).parameters(names_[I])...);
  }

  std::vector<std::string> names_;
  Layers layers_;
};

}  // namespace twin::manual
