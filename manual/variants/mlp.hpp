// The catalogue's multilayer perceptron (shared/networks/mlp.hpp) under the mean squared error, of sizes that
// the compiler knows: the layers of Sequential, without a loop, a branch or an allocation between them. For
// small networks, whose products take less time than a call.
//
//   forward    x₀ = x,  x₂ᵢ₊₁ = denseᵢ(x₂ᵢ),  x₂ᵢ₊₂ = activation(x₂ᵢ₊₁)
//
//   backward   the same from the end, as in Sequential
//
//   caches     each layer its own
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "manual/layer.hpp"
#include "manual/loss.hpp"
#include "manual/losses/mse.hpp"
#include "manual/optim/sgd.hpp"
#include "manual/optimizer.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/stems.hpp"
#include "stems/manual/layers.hpp"

namespace twin::manual {

template <typename L>
auto parameters_of_layer(L& layer, const std::string& name) {
  if constexpr (requires { layer.parameters(name); })
    return layer.parameters(name);
  else
    return std::tuple<>();
}
template <typename Layers, std::size_t... I>
auto parameters_of_layers(Layers& layers, const std::vector<LayerSpec>& specs, std::index_sequence<I...>) {
  return std::tuple_cat(parameters_of_layer(std::get<I>(layers), specs[I].name)...);
}

/// Mlp<float, 4, 2, 4, 1>: batches of 4 samples through 2-4-1.
template <typename ScalarType, Index Batch, Index... Widths>
class Mlp {
  static constexpr Index kWidths[] = {Widths...};
  static constexpr std::size_t kDense = sizeof...(Widths) - 1;
  template <std::size_t I>
  using SpecAt = std::conditional_t<I % 2 == 0, DenseSpec, MlpActivation>;
  template <typename Indices>
  struct LayersOf;
  template <std::size_t... I>
  struct LayersOf<std::index_sequence<I...>> {
    using Type = std::tuple<decltype(of_fixed_size<ScalarType, Batch, kWidths[I / 2], kWidths[I / 2 + 1]>(
        std::declval<SpecAt<I>>()))...>;
  };
  static constexpr std::size_t kLayers = 2 * kDense;
  using Layers = typename LayersOf<std::make_index_sequence<kLayers>>::Type;
  using MeanSquare = MseLoss<ScalarType, Batch, kWidths[kDense]>;
  template <std::size_t... I>
  static Layers make_layers(const std::vector<LayerSpec>& specs, std::index_sequence<I...>) {
    return Layers(std::get<SpecAt<I>>(specs.at(I).kind)...);
  }

 public:
  using Scalar = ScalarType;
  using Input = ConstMatrixView<Scalar, Batch, kWidths[0]>;
  using Output = ConstMatrixView<Scalar, Batch, kWidths[kDense]>;

  /// What of `spec` this network does not have, by name; empty when it has all: layers of its sizes, the mean
  /// squared error, SGD.
  static std::string lacks(const NetworkSpec& spec) {
    const NetworkSpec like = mlp({Widths...}, MseLossSpec{}, spec.optimizer, spec.initialiser);
    if (!std::equal(spec.layers.begin(), spec.layers.end(), like.layers.begin(), like.layers.end(),
                    [](const LayerSpec& a, const LayerSpec& b) { return a.kind == b.kind; }))
      return fmt::format("these layers: the compiler was told of {} alone", widths_of(like));
    if (!std::holds_alternative<MseLossSpec>(spec.loss))
      return fmt::format("the loss {}", name_of(spec.loss));
    if (!std::holds_alternative<SgdSpec>(spec.optimizer))
      return fmt::format("the optimiser {}", name_of(spec.optimizer));
    if (std::get<SgdSpec>(spec.optimizer).has_options())
      return "the optimiser sgd with dampening, weight decay or Nesterov's step";
    return "";
  }

  /// Precondition: lacks() nothing.
  explicit Mlp(const NetworkSpec& spec)
      : layers_(make_layers(spec.layers, std::make_index_sequence<kLayers>{})),
        loss_(MseLossSpec{}),
        parameters_(parameters_of_layers(layers_, spec.layers, std::make_index_sequence<kLayers>{})),
        optimizer_(std::get<SgdSpec>(spec.optimizer), parameters_) {}
  Mlp(const Mlp&) = delete;
  Mlp& operator=(const Mlp&) = delete;

  void zero_grad() {
    std::apply([](auto&... layer) { (zero(layer), ...); }, layers_);
  }
  [[gnu::flatten]] Output forward(const Input& x, const Way<Scalar>& way) {
    if (way.observer)
      throw UsageError("sizes known to the compiler leave no trace", {}, "trace the network itself");
    return forward_from<0>(x);
  }
  Scalar loss(const Output& y, const Output& targets) { return loss_.forward(y, targets); }
  Output error() { return loss_.backward(); }
  Input backward(const Output& d_y, const Way<Scalar>&) { return backward_from<kLayers - 1>(d_y); }
  [[gnu::flatten]] void backward_parameters(const Output& d_y, const Way<Scalar>&) {
    backward_parameters_from<kLayers - 1>(d_y);
  }
  void update(double lr, std::int64_t t) { optimizer_.step(lr, t); }

  /// A tuple of views, in the order of parameters_of(specification); valid as long as this object lives.
  auto& parameters() { return parameters_; }
  std::vector<Buffer<Scalar>> buffers() const { return {}; }
  auto& optimizer_state() { return optimizer_.state(); }
  const auto& optimizer_state() const { return optimizer_.state(); }

  LossFormulas loss_formulas() const { return {MeanSquare::forward_formula, MeanSquare::backward_formula}; }
  const char* update_formula() const { return optimizer_.formula(); }

  /// As AnyModel: f(inputs), f(inputs, targets); other sizes are a ShapeError.
  template <typename F>
  void with_inputs(const NetworkSpec& spec, const twin::Batch& batch, const F& f) {
    if (batch.further) validate_further(spec, batch.inputs.shape, dtype_of<Scalar>(), batch.further);
    f(matrix<Input>(batch.inputs, "inputs"));
  }
  template <typename F>
  void with_batch(const NetworkSpec& spec, const twin::Batch& batch, const F& f) {
    with_inputs(spec, batch, [&](const Input& x) { f(x, matrix<Output>(batch.targets, "targets")); });
  }

 private:
  template <typename View>
  static View matrix(const TensorView& view, const char* name) {
    expect_dtype(name, dtype_of<Scalar>(), view.dtype);
    constexpr Index kRows = View::RowsAtCompileTime, kCols = View::ColsAtCompileTime;
    if (view.shape.size() != 2 || view.shape[0] != kRows || view.shape[1] != kCols)
      throw ShapeError(fmt::format("{}: expected {}×{}, got {}", name, kRows, kCols, to_string(view.shape)));
    return {view.data<Scalar>().data(), kRows, kCols};
  }

  template <typename L>
  static void zero(L& layer) {
    if constexpr (requires { layer.zero_grad(); }) layer.zero_grad();
  }

  template <std::size_t I, typename X>
  Output forward_from(const X& x) {
    const auto& y = std::get<I>(layers_).forward(x);
    if constexpr (I + 1 < kLayers)
      return forward_from<I + 1>(y);
    else
      return y;
  }

  template <std::size_t I, typename Gradient>
  Input backward_from(const Gradient& d_y) {
    const auto& d_x = std::get<I>(layers_).backward(d_y);
    if constexpr (I > 0)
      return backward_from<I - 1>(d_x);
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

  using Parameters =
      decltype(parameters_of_layers(std::declval<Layers&>(), std::declval<const std::vector<LayerSpec>&>(),
                                    std::make_index_sequence<kLayers>{}));

  Layers layers_;
  MeanSquare loss_;
  Parameters parameters_;  // views on layers_, which therefore never move
  Updater<Sgd<Scalar>, Parameters> optimizer_;
};

}  // namespace twin::manual
