// A right twin with one mistake in its gradients: what a check must find.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shared/network.hpp"

namespace twin {

/// Changes what a right network has computed; `previous` holds the mistaken gradients of the call before.
using Mistake = std::function<void(Gradients& gradients, const Gradients* previous, std::int64_t rows)>;

/// What is predicted instead of the right outputs.
using MistakeInOutputs = std::function<Tensor(Network& right, const Batch& batch)>;
inline Tensor right_outputs(Network& right, const Batch& batch) { return right.predict(batch); }

/// A right network, but for its gradients, by which it also trains, and its outputs in evaluation mode.
class MistakenNetwork final : public Network {
 public:
  MistakenNetwork(std::unique_ptr<Network> right, double lr, Mistake mistake, MistakeInOutputs outputs)
      : right_(std::move(right)), lr_(lr), mistake_(std::move(mistake)), outputs_(std::move(outputs)) {}

  const NetworkSpec& spec() const override { return right_->spec(); }
  NamedTensors parameters() const override { return right_->parameters(); }
  void load_parameters(const NamedTensors& parameters) override { right_->load_parameters(parameters); }
  NamedTensors optimizer_state() const override { return right_->optimizer_state(); }
  void load_optimizer_state(const NamedTensors& state) override { right_->load_optimizer_state(state); }
  NamedTensors buffers() const override { return right_->buffers(); }
  void load_buffers(const NamedTensors& buffers) override { right_->load_buffers(buffers); }
  void reset_state() override { right_->reset_state(); }
  std::int64_t steps_done() const override { return right_->steps_done(); }
  void set_steps_done(std::int64_t steps) override { right_->set_steps_done(steps); }
  double learning_rate() const override { return right_->learning_rate(); }
  Tensor predict(const Batch& batch) override { return outputs_(*right_, batch); }
  double loss(const Batch& batch) override { return right_->loss(batch); }
  double train_steps(const Batch& batch, std::int64_t steps) override {
    double loss = 0;
    for (std::int64_t i = 0; i < steps; ++i) loss = train_step(batch);
    return loss;
  }
  StepTimes time_steps(const Batch& batch, std::int64_t steps) override {
    return right_->time_steps(batch, steps);
  }
  Trace trace_step(const Batch& batch) override { return right_->trace_step(batch); }

  Gradients gradients(const Batch& batch) override {
    Gradients result = right_->gradients(batch);
    mistake_(result, has_previous_ ? &previous_ : nullptr, batch.inputs.rows());
    previous_ = result;
    has_previous_ = true;
    return result;
  }

  // Plain SGD, each value rounded to the dtype as on either side.
  double train_step(const Batch& batch) override {
    const Gradients now = gradients(batch);
    NamedTensors moved;
    for (const Tensor& parameter : right_->parameters()) {
      std::vector<double> values = parameter.to_doubles();
      const std::vector<double> gradient = now.parameters.at(parameter.name()).to_doubles();
      for (std::size_t i = 0; i < values.size(); ++i) values[i] -= lr_ * gradient[i];
      moved.add(Tensor(parameter.name(), parameter.shape(), std::move(values)).as(parameter.dtype()));
    }
    right_->load_parameters(moved);
    return now.loss;
  }

 private:
  std::unique_ptr<Network> right_;
  double lr_;
  Mistake mistake_;
  MistakeInOutputs outputs_;
  Gradients previous_;
  bool has_previous_ = false;
};

class MistakenBackend final : public Backend {
 public:
  explicit MistakenBackend(const Backend& right, Mistake mistake, MistakeInOutputs outputs = right_outputs)
      : right_(right), mistake_(std::move(mistake)), outputs_(std::move(outputs)) {}

  std::string_view name() const override { return right_.name(); }
  std::string description() const override { return right_.description() + ", mistaken"; }
  bool available(Device device) const override { return right_.available(device); }
  std::unique_ptr<Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    return std::make_unique<MistakenNetwork>(right_.build(spec, dtype, device), learning_rate(spec.optimizer),
                                             mistake_, outputs_);
  }
  void set_threads(int threads) const override { right_.set_threads(threads); }
  int threads() const override { return right_.threads(); }

 private:
  const Backend& right_;
  Mistake mistake_;
  MistakeInOutputs outputs_;
};

}  // namespace twin
