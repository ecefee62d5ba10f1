// The Eigen side of the interface: a model, a loss and an optimiser, and the five steps in the
// tutorial's words.
#pragma once

#include <fmt/format.h>
#include <string>
#include <vector>

#include "manual/activation.hpp"
#include "manual/clipping.hpp"
#include "manual/layer.hpp"
#include "manual/products.hpp"
#include "manual/schedule.hpp"
#include "manual/second_derivatives.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// Model: AnyModel, or a network of sizes that the compiler knows (Mlp).
template <typename Model>
class Network final : public twin::Network {
  using Scalar = typename Model::Scalar;

 public:
  Network(const NetworkSpec& spec, Products products)
      : spec_(spec),
        products_(products),
        model_(spec),
        parameters_(model_.parameters()),
        base_rate_(twin::learning_rate(spec.optimizer)) {}

  const NetworkSpec& spec() const override { return spec_; }

  double train_step(const Batch& batch) override { return train_steps(batch, 1); }

  double train_steps(const Batch& batch, std::int64_t steps) override {
    double loss = 0;
    with(batch, [&](const auto& x, const auto& t) {
      for (std::int64_t i = 0; i < steps; ++i) loss = step(x, t, [](StepPart) {});
    });
    return loss;
  }

  StepTimes time_steps(const Batch& batch, std::int64_t steps) override {
    StepClock clock;
    with(batch, [&](const auto& x, const auto& t) {
      for (std::int64_t i = 0; i < steps; ++i) {
        clock.start();
        step(x, t, [&](StepPart part) { clock.end(part); });
      }
    });
    return clock.times();
  }

  Gradients gradients(const Batch& batch) override {
    Gradients result;
    with(batch, [&](const auto& x, const auto& t) {
      const Way<Scalar> way = this->way({.keeps_buffers = true});
      model_.zero_grad();
      const auto predicted_output = model_.forward(x, way);
      result.loss = static_cast<double>(model_.loss(predicted_output, t));
      const auto d_input = model_.backward(model_.error(), way);
      if (takes_numbers(x)) result.input = tensor("input", batch.inputs.shape, d_input);
      if constexpr (kTakesFurther)
        for (const FurtherInput<Scalar>& input : model_.further())
          result.further.add(tensor(input.name, shape_of(input.value), input.gradient));
    });
    for_each_parameter(parameters_,
                       [&](const auto& p) { result.parameters.add(tensor(p.name, p.shape, p.gradient)); });
    return result;
  }

  Trace trace_step(const Batch& batch) override {
    Recorder recorder;
    with(batch, [&](const auto& x, const auto& t) {
      Way<Scalar> way = this->way({});
      way.observer = &recorder;
      if (takes_numbers(x)) recorder.add("predicted_output", Role::input, "", "the batch", shape_of(x), x);
      model_.zero_grad();
      const auto predicted_output = model_.forward(x, way);
      const Scalar loss = model_.loss(predicted_output, t);
      const auto error = model_.error();
      const auto formulas = model_.loss_formulas();
      recorder.add("error", Role::loss, "", formulas.forward, {},
                   Eigen::Map<const RowVector<Scalar>>(&loss, 1));
      recorder.add("error", Role::error, "", formulas.backward, shape_of(error), error);
      model_.backward(error, way);
      recorder.fill_gradients();
      update();
    });
    for_each_parameter(parameters_, [&](const auto& p) {
      recorder.add(p.role == ParameterRole::bias ? "bias" : "weights", Role::parameter, p.name,
                   model_.update_formula(), p.shape, p.value);
    });
    return std::move(recorder.trace);
  }

  double loss(const Batch& batch) override {
    Scalar loss{};
    with(batch, [&](const auto& x, const auto& t) {
      loss = model_.loss(model_.forward(x, way({.keeps_buffers = true})), t);
    });
    return static_cast<double>(loss);
  }

  NamedTensors hessian_vector_product(const Batch& batch, const NamedTensors& direction) override {
    if constexpr (std::is_same_v<Scalar, double>) {
      with(batch, [](const auto&, const auto&) {});  // a batch that does not fit is refused
      return manual::hessian_vector_product(spec_, parameters(), batch, direction);
    } else {
      return twin::Network::hessian_vector_product(batch, direction);
    }
  }

  Tensor predict(const Batch& batch) override {
    const ProductsBy products(products_);
    Tensor outputs;
    model_.with_inputs(spec_, batch, [&](const auto& x) {
      const auto y = model_.forward(x, way({.mode = Mode::evaluation, .keeps_buffers = true}));
      outputs = tensor("outputs", shape_of(y), y);
    });
    return outputs;
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

  NamedTensors buffers() const override {
    NamedTensors all;
    for (const Buffer<Scalar>& buffer : model_.buffers()) {
      if (buffer.values->size() == 0) continue;
      const Shape shape = buffer.carried ? Shape{buffer.values->rows(), buffer.values->cols()} : buffer.shape;
      all.add(tensor(buffer.name, shape, *buffer.values));
    }
    return all;
  }

  void load_buffers(const NamedTensors& values) override {
    for (const Buffer<Scalar>& buffer : model_.buffers())
      if (!buffer.carried) expect_tensor(values, buffer.name, dtype_of<Scalar>(), buffer.shape, "manual");
    for (Buffer<Scalar>& buffer : model_.buffers()) {
      if (buffer.carried && !values.contains(buffer.name)) {
        buffer.values->resize(0, 0);
        continue;
      }
      const Tensor& given = values.at(buffer.name);
      if (buffer.carried) buffer.values->resize(given.shape().at(0), given.shape().at(1));
      std::copy(given.data<Scalar>().begin(), given.data<Scalar>().end(), buffer.values->data());
    }
  }

  void reset_state() override {
    for (Buffer<Scalar>& buffer : model_.buffers())
      if (buffer.carried) buffer.values->resize(0, 0);
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    for_each_state(*this, [&](const std::string& name, const Shape& shape, const auto& state) {
      all.add(tensor(name, shape, state));
    });
    if (counts_steps(spec_.optimizer)) all.add(step_count(steps_done_, dtype_of<Scalar>()));
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    for_each_state(*this, [&](const std::string& name, const Shape& shape, const auto&) {
      expect_tensor(state, name, dtype_of<Scalar>(), shape, "manual");
    });
    if (counts_steps(spec_.optimizer)) steps_done_ = steps_of(state);
    for_each_state(*this, [&](const std::string& name, const Shape&, auto& values) {
      values = row_vector(state.at(name));
    });
  }

  std::int64_t steps_done() const override { return steps_done_; }
  void set_steps_done(std::int64_t steps) override { steps_done_ = steps; }
  double learning_rate() const override { return base_rate_ * factor(spec_.schedule, steps_done_); }

 private:
  static constexpr bool kTakesFurther = requires(Model & model) { model.further(); };

  /// The five steps, and the end of each told to mark(StepPart).
  template <typename X, typename T, typename Mark>
  double step(const X& x, const T& t, const Mark& mark) {
    const Way<Scalar> way = this->way({});
    model_.zero_grad();
    mark(StepPart::zero_grad);
    const auto predicted_output = model_.forward(x, way);
    mark(StepPart::forward);
    const Scalar loss = model_.loss(predicted_output, t);
    const auto error = model_.error();
    mark(StepPart::loss);
    model_.backward_parameters(error, way);  // the adjustment: every derivative by hand
    mark(StepPart::backward);
    update();  // weights and bias
    mark(StepPart::update);
    return static_cast<double>(loss);
  }

  void update() {
    if (spec_.clipping) clip_gradients<Scalar>(*spec_.clipping, parameters_);
    model_.update(learning_rate(), steps_done_ + 1);
    ++steps_done_;
  }

  Way<Scalar> way(Pass pass) {
    pass.seed = spec_.mask_seed;
    pass.step = steps_done_;
    Way<Scalar> way{pass};
    if constexpr (kTakesFurther) way.further = &model_.further();
    return way;
  }

  /// f(inputs, targets), in the shape and on the products of this network.
  template <typename F>
  void with(const Batch& batch, const F& f) {
    const ProductsBy products(products_);
    model_.with_batch(spec_, batch, f);
  }

  template <typename Self, typename F>
  static void for_each_state(Self& self, F&& f) {
    const std::vector<std::string> names = state_names(self.spec_.optimizer);
    std::size_t i = 0;
    for_each_parameter(self.parameters_, [&](const auto& p) {
      for (const std::string& name : names)
        f(join(p.name, name), p.shape, self.model_.optimizer_state()[i++]);
    });
  }

  template <typename X>
  static constexpr bool takes_numbers(const X&) {
    return !std::is_same_v<X, Indices>;
  }

  template <typename S>
  static Shape shape_of(const Activation<S>& x) {
    return x.extents().shape();
  }
  template <typename M>
  static Shape shape_of(const M& matrix) {
    return {matrix.rows(), matrix.cols()};
  }

  static Eigen::Map<const RowVector<Scalar>> row_vector(const Tensor& tensor) {
    return {tensor.data<Scalar>().data(), tensor.size()};
  }

  template <typename Values>
  static Tensor tensor(std::string name, Shape shape, const Values& values) {
    return {std::move(name), std::move(shape),
            std::vector<Scalar>(values.data(), values.data() + values.size())};
  }

  /// Writes the trace down.
  class Recorder final : public Observer<Scalar> {
   public:
    template <typename Values>
    void add(const char* step, Role role, const std::string& path, const char* formula, Shape shape,
             const Values& values) {
      trace.push_back(
          {step, role, path, formula, tensor(TraceEntry::quantity(role, path), std::move(shape), values)});
    }

    void entered(const std::string& path, const Activation<Scalar>& x) override {
      add("predicted_output", Role::input, path, "", shape_of(x), x);
    }
    void left(const std::string& path, const Formulas& formulas, const Activation<Scalar>& y) override {
      add("predicted_output", Role::output, path, formulas.forward, shape_of(y), y);
    }
    void entered_backward(const std::string& path, const Activation<Scalar>& d_y) override {
      add("adjustment", Role::output_gradient, path, "", shape_of(d_y), d_y);
    }
    void left_backward(const std::string& path, const Formulas& formulas,
                       const std::vector<OwnParameter<Scalar>>& own, const Activation<Scalar>& d_x) override {
      for (const auto& [p, formula] : own) {
        gradients_.emplace_back(trace.size(), p);
        add("adjustment", Role::parameter_gradient, p.name, formula, p.shape, p.gradient);
      }
      if (!d_x.empty()) add("adjustment", Role::input_gradient, path, formulas.backward, shape_of(d_x), d_x);
    }

    /// A weight that is used twice had half of its gradient when its layer was left.
    void fill_gradients() {
      for (const auto& [at, p] : gradients_) {
        TraceEntry& entry = trace[at];
        entry.value = tensor(entry.value.name(), p.shape, p.gradient);
      }
    }

    Trace trace;

   private:
    std::vector<std::pair<std::size_t, Parameter<Scalar>>> gradients_;
  };

  NetworkSpec spec_;
  Products products_;
  Model model_;
  using Parameters = decltype(std::declval<Model&>().parameters());
  Parameters parameters_;  // views on model_, which therefore never moves
  double base_rate_;
  std::int64_t steps_done_ = 0;
};

}  // namespace twin::manual
