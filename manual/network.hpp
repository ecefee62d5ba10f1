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

template <typename Scalar, template <typename> class Model>
class Network final : public twin::Network {
 public:
  explicit Network(const NetworkSpec& spec)
      : model_(spec.layers),
        loss_(spec.loss),
        parameters_(model_.parameters()),
        optimizer_(std::get<SgdSpec>(spec.optimizer), parameters_),
        features_(input_features(spec)) {}

  double train_step(const Batch& batch) override {
    const ConstMatrixView<Scalar> x = inputs(batch.inputs);
    model_.zero_grad();
    const ConstMatrixView<Scalar> predicted_output = model_.forward(x);
    const Scalar loss = loss_.forward(predicted_output, targets(batch.targets));
    const Matrix<Scalar>& error = loss_.backward();
    model_.backward_parameters(error);  // the adjustment: every derivative by hand
    optimizer_.step();                  // weights and bias
    return static_cast<double>(loss);
  }

  Gradients gradients(const Batch& batch) override {
    const ConstMatrixView<Scalar> x = inputs(batch.inputs);
    model_.zero_grad();
    const ConstMatrixView<Scalar> predicted_output = model_.forward(x);
    const Scalar loss = loss_.forward(predicted_output, targets(batch.targets));
    const ConstMatrixView<Scalar> d_input = model_.backward(loss_.backward());
    Gradients result{static_cast<double>(loss), {}, tensor("input", batch.inputs.shape, d_input)};
    for (const Parameter<Scalar>& p : parameters_) result.parameters.add(tensor(p.name, p.shape, p.gradient));
    return result;
  }

  Trace trace_step(const Batch& batch) override {
    Trace trace;
    const auto record = [&](const char* step, const std::string& quantity, const std::string& formula,
                            const Shape& shape, const auto& values) {
      trace.push_back({step, quantity, formula, tensor(quantity, shape, values)});
    };
    const ConstMatrixView<Scalar> x = inputs(batch.inputs);
    record("predicted_output", "X", "the batch", batch.inputs.shape, x);
    model_.zero_grad();
    const ConstMatrixView<Scalar> predicted_output =
        model_.forward(x, [&](std::size_t i, const auto& layer, const Matrix<Scalar>& y) {
          record("predicted_output", model_.name(i), layer.forward_formula, {y.rows(), y.cols()}, y);
        });
    const Scalar loss = loss_.forward(predicted_output, targets(batch.targets));
    const Matrix<Scalar>& error = loss_.backward();
    record("error", "loss", loss_.forward_formula, {}, Eigen::Map<const RowVector<Scalar>>(&loss, 1));
    record("error", "error", loss_.backward_formula, {error.rows(), error.cols()}, error);
    model_.backward(error, [&](std::size_t i, auto& layer, const Matrix<Scalar>& d_x) {
      std::size_t k = 0;
      for (const Parameter<Scalar>& p : layer.parameters(model_.name(i)))
        record("adjustment", "d_" + p.name, layer.parameter_formulas[k++], p.shape, p.gradient);
      record("adjustment", "d_" + (i == 0 ? "X" : model_.name(i - 1)), layer.backward_formula,
             {d_x.rows(), d_x.cols()}, d_x);
    });
    optimizer_.step();
    for (const Parameter<Scalar>& p : parameters_)
      record(p.shape.size() > 1 ? "weights" : "bias", p.name, optimizer_.formula, p.shape, p.value);
    return trace;
  }

  double loss(const Batch& batch) override {
    const ConstMatrixView<Scalar> x = inputs(batch.inputs);
    return static_cast<double>(loss_.forward(model_.forward(x), targets(batch.targets)));
  }

  Tensor predict(const TensorView& batch_inputs) override {
    const ConstMatrixView<Scalar> y = model_.forward(inputs(batch_inputs));
    return tensor("outputs", {y.rows(), y.cols()}, y);
  }

  NamedTensors parameters() const override {
    NamedTensors all;
    for (const Parameter<Scalar>& p : parameters_) all.add(tensor(p.name, p.shape, p.value));
    return all;
  }

  void load_parameters(const NamedTensors& values) override {
    for (const Parameter<Scalar>& p : parameters_)
      expect_tensor(values, p.name, dtype_of<Scalar>(), p.shape, "manual");
    for (Parameter<Scalar>& p : parameters_) p.value = row_vector(values.at(p.name));
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    for (std::size_t i = 0; i < optimizer_.state().size(); ++i)
      all.add(tensor(state_name(parameters_[i]), parameters_[i].shape, optimizer_.state()[i]));
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    for (std::size_t i = 0; i < optimizer_.state().size(); ++i)
      expect_tensor(state, state_name(parameters_[i]), dtype_of<Scalar>(), parameters_[i].shape, "manual");
    for (std::size_t i = 0; i < optimizer_.state().size(); ++i)
      optimizer_.state()[i] = row_vector(state.at(state_name(parameters_[i])));
  }

 private:
  static std::string state_name(const Parameter<Scalar>& p) { return Sgd<Scalar>::state_name(p.name); }

  static Eigen::Map<const RowVector<Scalar>> row_vector(const Tensor& tensor) {
    return {tensor.data<Scalar>().data(), tensor.size()};
  }

  template <typename Values>
  static Tensor tensor(std::string name, Shape shape, const Values& values) {
    return {std::move(name), std::move(shape),
            std::vector<Scalar>(values.data(), values.data() + values.size())};
  }

  ConstMatrixView<Scalar> matrix(const TensorView& view, const char* name) const {
    expect_dtype(name, dtype_of<Scalar>(), view.dtype);
    if (view.shape.size() != 2)
      throw ShapeError(fmt::format("{}: expected N×features, got {}", name, to_string(view.shape)));
    return {view.data<Scalar>().data(), view.shape[0], view.shape[1]};
  }

  ConstMatrixView<Scalar> inputs(const TensorView& view) const {
    const ConstMatrixView<Scalar> x = matrix(view, "inputs");
    if (features_ > 0) expect_columns(x, features_, "inputs");
    positive(x.rows(), "the batch's size");
    return x;
  }

  Targets<Scalar> targets(const TensorView& view) const {
    if (!loss_.takes_labels()) return matrix(view, "targets");
    expect_dtype("targets", DType::int64, view.dtype);
    if (view.shape.size() != 1)
      throw ShapeError(fmt::format("targets: expected N labels, got {}", to_string(view.shape)));
    return view.data<std::int64_t>();
  }

  Model<Scalar> model_;
  Loss<Scalar> loss_;
  std::vector<Parameter<Scalar>> parameters_;  // views on model_, which therefore never moves
  Sgd<Scalar> optimizer_;
  std::int64_t features_;  // 0: any
};

}  // namespace twin::manual
