// The unit of a layer: manual/layers/<stem>.cpp includes the layer's header and this one, and says
// TWIN_LAYER(Kind).
//
//   A layer says what it needs by the way it is written:
//     forward(ConstMatrixView x)            it works on features: leading extents are rows
//     forward(Activation x)                 it knows more extents, or yields another shape
//     forward(Indices x)                    its inputs are integers
//     forward(span<const Activation> x)     it takes several: first what reaches it, then the further inputs
//                                           that its specification names; backward() returns a gradient for
//                                           each of them that is there. further_formulas says, by the names
//                                           of all further inputs that there may be, how it came by those
//                                           behind the first
//     forward(…, const Pass&)               it behaves differently in training, or draws
//     forward(…, const Way&)                it has children, whose values are observed too
//   and in the same way backward(). What returns a matrix has the leading extents of x.
//   backward_parameters(), zero_grad(), buffers(name), and parameters(name) with parameter_formulas, a
//   formula for each parameter, may be left out where there is nothing to say. A layer that has the same
//   parameters several times over, one set behind the other, returns a vector: each set has all the formulas.
#pragma once

#include <array>
#include <iterator>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "manual/layer.hpp"

namespace twin::manual {

/// Puts a layer of manual/layers behind the interface that composites hold.
template <typename Scalar, typename Kind>
class LayerUnit final : public Layer<Scalar> {
 public:
  template <typename Spec>
  LayerUnit(const Spec& spec, const Scope<Scalar>& scope) : path_(scope.path), layer_(make(spec, scope)) {
    if (path_.empty()) throw std::logic_error("a layer without a name");
    if constexpr (kTakesSeveral) {
      for (std::string& name : spec.further_inputs()) {
        further_formulas_.push_back(further_formula(name));
        further_.push_back(std::move(name));
      }
    }
  }

  Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) override {
    if (way.observer) way.observer->entered(path_, x);
    if (x.extents() != x_) {
      x_ = x.extents();
      y_ = x_;
    }
    if constexpr (kTakesSeveral) {
      std::array<Activation<Scalar>, kMostInputs> inputs{x};
      take_further(inputs, way);
      return told(forward_of(Several(inputs.data(), further_.size() + 1), way), way);
    } else if constexpr (takes<Activation<Scalar>>) {
      return told(forward_of(x, way), way);
    } else if constexpr (takes<ConstMatrixView<Scalar>>) {
      return told(forward_of(x.as_matrix(), way), way);
    } else {
      throw LayerError("expected integers, got numbers", path_);
    }
  }

  Activation<Scalar> forward(const Indices& x, const Way<Scalar>& way) override {
    if constexpr (takes<Indices>)
      return told(forward_of(x, way), way);
    else
      throw LayerError("expected numbers, got integers", path_);
  }

  Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) override {
    if (way.observer) way.observer->entered_backward(path_, d_y);
    Activation<Scalar> d_x;
    if constexpr (kTakesSeveral) {
      const auto d = layer_.backward(d_y);
      d_x = d[0];
      if (way.observer) way.observer->left_backward(path_, formulas(), own_parameters(), d_x);
      for (std::size_t i = 0; i < further_.size(); ++i) {
        way.find_further(further_[i])->add(d[i + 1]);
        if (way.observer)
          way.observer->left_backward(join(path_, further_[i]), {nullptr, further_formulas_[i]}, {},
                                      d[i + 1]);
      }
      return d_x;
    } else if constexpr (takes<Indices> && !takes<Activation<Scalar>>) {
      parameters_backward(d_y, way);
    } else {
      d_x = backward_of(d_y, way);
    }
    if (way.observer) way.observer->left_backward(path_, formulas(), own_parameters(), d_x);
    return d_x;
  }

  void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) override {
    parameters_backward(d_y, way);
  }

  void zero_grad() override {
    if constexpr (requires { layer_.zero_grad(); }) layer_.zero_grad();
  }

  void collect(std::vector<Parameter<Scalar>>& parameters) override {
    for (OwnParameter<Scalar>& own : own_parameters()) parameters.push_back(std::move(own.parameter));
    if constexpr (requires { layer_.children(); })
      for (const auto& child : layer_.children()) child->collect(parameters);
  }

  void collect(std::vector<Buffer<Scalar>>& buffers) override {
    if constexpr (requires { layer_.buffers(path_); })
      for (Buffer<Scalar>& buffer : layer_.buffers(path_)) buffers.push_back(std::move(buffer));
    if constexpr (requires { layer_.children(); })
      for (const auto& child : layer_.children()) child->collect(buffers);
  }

 private:
  template <typename X>
  static constexpr bool takes = requires(Kind& layer, const X& x, const Way<Scalar>& way) {
    layer.forward(x, way);
  }
  || requires(Kind& layer, const X& x, const Way<Scalar>& way) { layer.forward(x, way.pass); }
  || requires(Kind& layer, const X& x) { layer.forward(x); };

  // A layer of one input does not match: an Activation is no span.
  using Several = std::span<const Activation<Scalar>>;
  static constexpr bool kTakesSeveral = requires(Kind & layer, const Several& x) { layer.forward(x); };
  static constexpr std::size_t kMostInputs = 4;

  // Puts them behind the first.
  void take_further(std::array<Activation<Scalar>, kMostInputs>& inputs, const Way<Scalar>& way) const {
    for (std::size_t i = 0; i < further_.size(); ++i) {
      const FurtherInput<Scalar>* input = way.find_further(further_[i]);
      if (!input) throw LayerError("expected a further input, " + further_[i] + ", got none", path_);
      inputs.at(i + 1) = input->value;
      if (way.observer) way.observer->entered(join(path_, further_[i]), input->value);
    }
  }

  static const char* further_formula(const std::string& name) {
    for (const auto& [input, formula] : Kind::further_formulas)
      if (input == name) return formula;
    throw std::logic_error("a layer has a formula for each of its further inputs");
  }

  template <typename X>
  Activation<Scalar> forward_of(const X& x, const Way<Scalar>& way) {
    if constexpr (requires { layer_.forward(x, way); })
      return shaped(layer_.forward(x, way));
    else if constexpr (requires { layer_.forward(x, way.pass); })
      return shaped(layer_.forward(x, way.pass));
    else
      return shaped(layer_.forward(x));
  }

  Activation<Scalar> backward_of(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    if constexpr (requires { layer_.backward(d_y, way); })
      return like_x(layer_.backward(d_y, way));
    else if constexpr (requires { layer_.backward(d_y); })
      return like_x(layer_.backward(d_y));
    else
      return like_x(layer_.backward(d_y.as_matrix()));
  }

  void parameters_backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) {
    if constexpr (requires { layer_.backward_parameters(d_y, way); })
      layer_.backward_parameters(d_y, way);
    else if constexpr (requires { layer_.backward_parameters(d_y); })
      layer_.backward_parameters(d_y);
    else if constexpr (requires { layer_.backward_parameters(d_y.as_matrix()); })
      layer_.backward_parameters(d_y.as_matrix());
    else
      static_cast<void>(way);
  }

  // Outputs that are a matrix have the leading extents of x.
  Activation<Scalar> shaped(const Matrix<Scalar>& y) {
    if (y.cols() != y_.last()) y_ = x_.with_last(y.cols());
    return {y, y_};
  }
  static Activation<Scalar> shaped(const Activation<Scalar>& y) { return y; }
  Activation<Scalar> like_x(const Matrix<Scalar>& d_x) const { return {d_x, x_}; }
  static Activation<Scalar> like_x(const Activation<Scalar>& d_x) { return d_x; }

  Activation<Scalar> told(const Activation<Scalar>& y, const Way<Scalar>& way) const {
    if (way.observer) way.observer->left(path_, formulas(), y);
    return y;
  }

  static Formulas formulas() { return {Kind::forward_formula, Kind::backward_formula}; }

  // A parameter without an element does not exist: a bias that the specification leaves out.
  std::vector<OwnParameter<Scalar>> own_parameters() {
    std::vector<OwnParameter<Scalar>> all;
    if constexpr (requires { layer_.parameters(path_); }) {
      auto parameters = layer_.parameters(path_);
      constexpr std::size_t kFormulas = std::size(Kind::parameter_formulas);
      if constexpr (!requires { parameters.begin(); })
        static_assert(std::tuple_size_v<decltype(parameters)> == kFormulas,
                      "a layer has a formula for each of its parameters");
      std::size_t i = 0;
      for_each_parameter(parameters, [&](auto& parameter) {
        if (parameter.value.size() > 0)
          all.push_back({std::move(parameter), Kind::parameter_formulas[i % kFormulas]});
        ++i;
      });
    }
    return all;
  }

  template <typename Spec>
  static Kind make(const Spec& spec, const Scope<Scalar>& scope) {
    if constexpr (std::is_constructible_v<Kind, const Spec&, const Scope<Scalar>&>)
      return Kind(spec, scope);
    else
      return Kind(spec);
  }

  std::string path_;
  std::vector<std::string> further_;  // the names of the further inputs
  std::vector<const char*> further_formulas_;
  Kind layer_;
  // Of the last way forward. They are written when they change only: what was just written number by number
  // cannot be copied as a vector without a wait, and a small layer takes little longer than that.
  Extents x_, y_;
};

}  // namespace twin::manual

#define TWIN_LAYER_OF(Kind, Scalar)                                                                  \
  template <>                                                                                        \
  std::unique_ptr<Layer<Scalar>> make_layer_of(const Kind##Spec& spec, const Scope<Scalar>& scope) { \
    return std::make_unique<LayerUnit<Scalar, Kind<Scalar>>>(spec, scope);                           \
  }
#define TWIN_LAYER(Kind)            \
  namespace twin::manual {          \
  TWIN_LAYER_OF(Kind, float)        \
  TWIN_LAYER_OF(Kind, double)       \
  TWIN_LAYER_OF(Kind, RunningError) \
  }
