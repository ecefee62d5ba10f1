// The hand-written side of the interface: a model, a loss and an optimiser, and the five steps in the
// tutorial's words.
#pragma once

#include <fmt/format.h>
#include <string>
#include <vector>

#include "manual/loss.hpp"
#include "manual/optim/sgd.hpp"
#include "manual/parameter.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// Model: Sequential, or a network of sizes that the compiler knows.
template <typename Model>
class Network final : public twin::Network {
  using Scalar = typename Model::Scalar;
  using Input = typename Model::Input;
  using Loss = typename Model::Loss;
  using Targets = typename Loss::Targets;

 public:
  explicit Network(const NetworkSpec& spec)
      : model_(spec.layers),
        loss_(loss_spec(spec.loss)),
        parameters_(model_.parameters()),
        optimizer_(std::get<SgdSpec>(spec.optimizer), parameters_),
        features_(input_features(spec)) {}

  double train_step(const Batch& batch) override { return train_steps(batch, 1); }

  double train_steps(const Batch& batch, std::int64_t steps) override {
    const Input x = inputs(batch.inputs);
    const Targets t = targets(batch.targets);
    double loss = 0;
    for (std::int64_t i = 0; i < steps; ++i) loss = step(x, t, [](StepPart) {});
    return loss;
  }

  StepTimes time_steps(const Batch& batch, std::int64_t steps) override {
    const Input x = inputs(batch.inputs);
    const Targets t = targets(batch.targets);
    StepClock clock;
    for (std::int64_t i = 0; i < steps; ++i) {
      clock.start();
      step(x, t, [&](StepPart part) { clock.end(part); });
    }
    return clock.times();
  }

  Gradients gradients(const Batch& batch) override {
    const Input x = inputs(batch.inputs);
    model_.zero_grad();
    const auto predicted_output = model_.forward(x);
    const Scalar loss = loss_.forward(predicted_output, targets(batch.targets));
    const auto d_input = model_.backward(loss_.backward());
    Gradients result{static_cast<double>(loss), {}, tensor("input", batch.inputs.shape, d_input)};
    for_each_parameter(parameters_,
                       [&](const auto& p) { result.parameters.add(tensor(p.name, p.shape, p.gradient)); });
    return result;
  }

  Trace trace_step(const Batch& batch) override {
    Trace trace;
    const auto record = [&](const char* step, const std::string& quantity, const std::string& formula,
                            const Shape& shape, const auto& values) {
      trace.push_back({step, quantity, formula, tensor(quantity, shape, values)});
    };
    const Input x = inputs(batch.inputs);
    record("predicted_output", "X", "the batch", batch.inputs.shape, x);
    model_.zero_grad();
    const auto predicted_output = model_.forward(x, [&](std::size_t i, const auto& layer, const auto& y) {
      record("predicted_output", model_.name(i), layer.forward_formula, {y.rows(), y.cols()}, y);
    });
    const Scalar loss = loss_.forward(predicted_output, targets(batch.targets));
    const auto& error = loss_.backward();
    record("error", "loss", loss_.forward_formula, {}, Eigen::Map<const RowVector<Scalar>>(&loss, 1));
    record("error", "error", loss_.backward_formula, {error.rows(), error.cols()}, error);
    model_.backward(error, [&](std::size_t i, auto& layer, const auto& d_x) {
      std::size_t k = 0;
      for_each_parameter(layer.parameters(model_.name(i)), [&](const auto& p) {
        record("adjustment", "d_" + p.name, layer.parameter_formulas[k++], p.shape, p.gradient);
      });
      record("adjustment", "d_" + (i == 0 ? "X" : model_.name(i - 1)), layer.backward_formula,
             {d_x.rows(), d_x.cols()}, d_x);
    });
    optimizer_.step();
    for_each_parameter(parameters_, [&](const auto& p) {
      record(p.shape.size() > 1 ? "weights" : "bias", p.name, optimizer_.formula, p.shape, p.value);
    });
    return trace;
  }

  double loss(const Batch& batch) override {
    const Input x = inputs(batch.inputs);
    return static_cast<double>(loss_.forward(model_.forward(x), targets(batch.targets)));
  }

  Tensor predict(const TensorView& batch_inputs) override {
    const auto y = model_.forward(inputs(batch_inputs));
    return tensor("outputs", {y.rows(), y.cols()}, y);
  }

  NamedTensors parameters() const override {
    NamedTensors all;
    for_each_parameter(parameters_, [&](const auto& p) { all.add(tensor(p.name, p.shape, p.value)); });
    return all;
  }

  void load_parameters(const NamedTensors& values) override {
    for_each_parameter(parameters_, [&](const auto& p) {
      expect_tensor(values, p.name, dtype_of<Scalar>(), p.shape, "manual");
    });
    for_each_parameter(parameters_, [&](auto& p) { p.value = row_vector(values.at(p.name)); });
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    for_each_state([&](const auto& p, const auto& state) { all.add(tensor(state_name(p), p.shape, state)); });
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    for_each_state([&](const auto& p, const auto&) {
      expect_tensor(state, state_name(p), dtype_of<Scalar>(), p.shape, "manual");
    });
    std::size_t i = 0;
    for_each_state(
        [&](const auto& p, const auto&) { optimizer_.state()[i++] = row_vector(state.at(state_name(p))); });
  }

 private:
  /// The five steps, and the end of each told to mark(StepPart).
  template <typename Mark>
  double step(const Input& x, const Targets& t, const Mark& mark) {
    model_.zero_grad();
    mark(StepPart::zero_grad);
    const auto predicted_output = model_.forward(x);
    mark(StepPart::forward);
    const Scalar loss = loss_.forward(predicted_output, t);
    const auto& error = loss_.backward();
    mark(StepPart::loss);
    model_.backward_parameters(error);  // the adjustment: every derivative by hand
    mark(StepPart::backward);
    optimizer_.step();  // weights and bias
    mark(StepPart::update);
    return static_cast<double>(loss);
  }

  template <typename F>
  void for_each_state(F&& f) const {
    std::size_t i = 0;
    for_each_parameter(parameters_, [&](const auto& p) {
      if (i < optimizer_.state().size()) f(p, optimizer_.state()[i++]);
    });
  }

  template <typename P>
  static std::string state_name(const P& p) {
    return Sgd<Scalar>::state_name(p.name);
  }

  static auto loss_spec(const LossSpec& spec) {
    if constexpr (std::is_constructible_v<Loss, LossSpec>)
      return spec;
    else
      return std::get<MseLossSpec>(spec);
  }

  static Eigen::Map<const RowVector<Scalar>> row_vector(const Tensor& tensor) {
    return {tensor.data<Scalar>().data(), tensor.size()};
  }

  template <typename Values>
  static Tensor tensor(std::string name, Shape shape, const Values& values) {
    return {std::move(name), std::move(shape),
            std::vector<Scalar>(values.data(), values.data() + values.size())};
  }

  /// `View` may know its sizes at compile time: others are refused.
  template <typename View>
  View matrix(const TensorView& view, const char* name) const {
    expect_dtype(name, dtype_of<Scalar>(), view.dtype);
    if (view.shape.size() != 2)
      throw ShapeError(fmt::format("{}: expected N×features, got {}", name, to_string(view.shape)));
    const Index rows = view.shape[0], cols = view.shape[1];
    if ((View::RowsAtCompileTime != Eigen::Dynamic && rows != View::RowsAtCompileTime) ||
        (View::ColsAtCompileTime != Eigen::Dynamic && cols != View::ColsAtCompileTime))
      throw_shape_mismatch(name, View::RowsAtCompileTime, View::ColsAtCompileTime, rows, cols);
    return {view.data<Scalar>().data(), rows, cols};
  }

  Input inputs(const TensorView& view) const {
    const Input x = matrix<Input>(view, "inputs");
    if (features_ > 0) expect_columns(x, features_, "inputs");
    positive(x.rows(), "the batch's size");
    return x;
  }

  Targets targets(const TensorView& view) const {
    if constexpr (std::is_same_v<Targets, manual::Targets<Scalar>>)
      return loss_.takes_labels() ? Targets(labels(view))
                                  : Targets(matrix<ConstMatrixView<Scalar>>(view, "targets"));
    else
      return matrix<Targets>(view, "targets");
  }

  static std::span<const std::int64_t> labels(const TensorView& view) {
    expect_dtype("targets", DType::int64, view.dtype);
    if (view.shape.size() != 1)
      throw ShapeError(fmt::format("targets: expected N labels, got {}", to_string(view.shape)));
    return view.data<std::int64_t>();
  }

  Model model_;
  Loss loss_;
  using Parameters = decltype(std::declval<Model&>().parameters());
  Parameters parameters_;  // views on model_, which therefore never moves
  Sgd<Scalar, Parameters> optimizer_;
  std::int64_t features_;  // 0: any
};

}  // namespace twin::manual
