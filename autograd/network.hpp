// The LibTorch side of the interface: a model, a loss and an optimiser, and the five steps in the tutorial's
// words.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "autograd/loss.hpp"
#include "autograd/networks/sequential.hpp"
#include "autograd/optim/sgd.hpp"
#include "shared/errors.hpp"
#include "shared/network.hpp"

namespace twin::autograd {

class Network : public twin::Network {
 public:
  Network(const NetworkSpec& spec, DType dtype, Device device)
      : model_(make_sequential(spec.layers)),
        loss_function_(make_loss_function(spec.loss)),
        takes_labels_(std::holds_alternative<CrossEntropyLossSpec>(spec.loss)),
        momentum_(sgd(spec).momentum != 0),
        features_(input_features(spec)),
        outputs_(output_features(spec)),
        dtype_(dtype),
        device_(device == Device::cuda ? torch::kCUDA : torch::kCPU) {
    model_->to(device_, scalar_type(dtype));
    torch::NoGradGuard no_grad;
    for (torch::Tensor& p : model_->parameters()) p.zero_();
    // Made after the move to the device: an optimiser keeps the tensors it is given.
    optimizer_ = make_optimizer(std::get<SgdSpec>(spec.optimizer), model_->parameters());
  }

  double train_step(const Batch& batch) final { return train_steps(batch, 1); }

  double train_steps(const Batch& batch, std::int64_t steps) final {
    const torch::Tensor X = inputs(batch.inputs);
    const torch::Tensor y = targets(batch);
    torch::Tensor loss;
    for (std::int64_t i = 0; i < steps; ++i) loss = step(X, y, [](StepPart) {});
    return loss.item<double>();
  }

  StepTimes time_steps(const Batch& batch, std::int64_t steps) final {
    const torch::Tensor X = inputs(batch.inputs);
    const torch::Tensor y = targets(batch);
    StepClock clock;
    for (std::int64_t i = 0; i < steps; ++i) {
      clock.start();
      step(X, y, [&](StepPart part) {
        if (device_.is_cuda()) torch::cuda::synchronize();
        clock.end(part);
      });
    }
    return clock.times();
  }

  Gradients gradients(const Batch& batch) override {
    const torch::Tensor X = inputs(batch.inputs).clone().requires_grad_();
    optimizer_->zero_grad();
    const torch::Tensor loss = loss_function_(forward(X), targets(batch));
    loss.backward();
    Gradients result{loss.item<double>(), {}, tensor("input", batch.inputs.shape, X.grad())};
    for (const auto& p : model_->named_parameters())
      result.parameters.add(tensor(p.key(), p.value().sizes().vec(), p.value().grad()));
    return result;
  }

  Trace trace_step(const Batch& batch) override {
    Trace trace;
    const auto record = [&](const char* step, const std::string& quantity, const std::string& formula,
                            const torch::Tensor& values) {
      trace.push_back({step, quantity, formula, tensor(quantity, values.sizes().vec(), values)});
    };
    constexpr const char* kForward = "outputs = model(X)";
    constexpr const char* kLoss = "loss = loss_function(outputs, y)";
    constexpr const char* kBackward = "loss.backward()";
    constexpr const char* kStep = "optimizer.step()";

    std::vector<std::pair<std::string, torch::Tensor>> activations;  // the input of layer i stands at i
    activations.emplace_back("X", inputs(batch.inputs).clone().requires_grad_());
    record(kForward, "X", "the batch", activations.back().second);
    optimizer_->zero_grad();
    std::vector<std::string> names;
    for (const auto& child : model_->named_children()) names.push_back(child.key());
    std::size_t i = 0;
    for (auto layer = model_->begin(); layer != model_->end(); ++layer, ++i) {
      activations.emplace_back(names[i], layer->forward(activations.back().second));
      activations.back().second.retain_grad();
      record(kForward, names[i], "model[" + std::to_string(i) + "].forward", activations.back().second);
    }
    const torch::Tensor loss = loss_function_(activations.back().second, targets(batch));
    record(kLoss, "loss", "loss_function(outputs, y)", loss);
    loss.backward();
    record(kBackward, "error", "outputs.grad()", activations.back().second.grad());
    for (i = names.size(); i-- > 0;) {
      for (const auto& p : model_->named_children()[names[i]]->named_parameters())
        record(kBackward, "d_" + names[i] + "." + p.key(), p.key() + ".grad()", p.value().grad());
      record(kBackward, "d_" + activations[i].first, "retain_grad(), grad()", activations[i].second.grad());
    }
    optimizer_->step();
    for (const auto& p : model_->named_parameters()) record(kStep, p.key(), "torch::optim::SGD", p.value());
    return trace;
  }

  double loss(const Batch& batch) override {
    torch::NoGradGuard no_grad;
    const torch::Tensor X = inputs(batch.inputs);  // first: targets() relies on inputs of two dimensions
    return loss_function_(forward(X), targets(batch)).item<double>();
  }

  Tensor predict(const TensorView& batch_inputs) override {
    torch::NoGradGuard no_grad;
    const torch::Tensor outputs = forward(inputs(batch_inputs));
    return tensor("outputs", outputs.sizes().vec(), outputs);
  }

  NamedTensors parameters() const override {
    NamedTensors all;
    for (const auto& p : model_->named_parameters())
      all.add(tensor(p.key(), p.value().sizes().vec(), p.value()));
    return all;
  }

  void load_parameters(const NamedTensors& values) override {
    for (const auto& p : model_->named_parameters())
      expect_tensor(values, p.key(), dtype_, p.value().sizes().vec(), "autograd");
    torch::NoGradGuard no_grad;
    for (auto& p : model_->named_parameters()) p.value().copy_(torch_tensor(values.at(p.key()).view()));
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    if (!momentum_) return all;
    for (const auto& p : model_->named_parameters()) {
      const torch::Tensor buffer = momentum_buffer(*optimizer_, p.value());
      all.add(buffer.defined() ? tensor(state_name(p.key()), p.value().sizes().vec(), buffer)
                               : Tensor::zeros(state_name(p.key()), p.value().sizes().vec(), dtype_));
    }
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    if (!momentum_) return;
    for (const auto& p : model_->named_parameters())
      expect_tensor(state, state_name(p.key()), dtype_, p.value().sizes().vec(), "autograd");
    for (const auto& p : model_->named_parameters())
      set_momentum_buffer(*optimizer_, p.value(),
                          torch_tensor(state.at(state_name(p.key())).view()).to(device_).clone());
  }

 protected:
  /// Told at the end of each part of a step.
  using Mark = std::function<void(StepPart)>;

  virtual torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) {
    optimizer_->zero_grad();
    mark(StepPart::zero_grad);
    const torch::Tensor outputs = forward(X);
    mark(StepPart::forward);
    const torch::Tensor loss = loss_function_(outputs, y);
    mark(StepPart::loss);
    if (loss.requires_grad()) loss.backward();  // not so in a network without parameters
    mark(StepPart::backward);
    optimizer_->step();
    mark(StepPart::update);
    return loss;
  }

  static std::string state_name(const std::string& parameter) { return parameter + ".momentum_buffer"; }

  static torch::ScalarType scalar_type(DType dtype) {
    switch (dtype) {
      case DType::float32:
        return torch::kFloat32;
      case DType::float64:
        return torch::kFloat64;
      case DType::int64:
        return torch::kInt64;
      case DType::uint8:
        break;
    }
    return torch::kUInt8;
  }

  // Shares the memory of the view, which LibTorch only reads here.
  static torch::Tensor torch_tensor(const TensorView& view) {
    return torch::from_blob(const_cast<void*>(view.values), view.shape, scalar_type(view.dtype));
  }

  Tensor tensor(std::string name, Shape shape, const torch::Tensor& values) const {
    const torch::Tensor here = values.detach().to(torch::kCPU).contiguous();
    const auto copy = [&]<typename T>(T) {
      return Tensor(std::move(name), std::move(shape),
                    std::vector<T>(here.data_ptr<T>(), here.data_ptr<T>() + here.numel()));
    };
    return dtype_ == DType::float32 ? copy(float{}) : copy(double{});
  }

  // torch.nn.Sequential refuses to run when it is empty.
  torch::Tensor forward(const torch::Tensor& X) { return model_->is_empty() ? X : model_->forward(X); }

  torch::Tensor inputs(const TensorView& view) const {
    expect_dtype("inputs", dtype_, view.dtype);
    if (view.shape.size() != 2) throw ShapeError("inputs: expected N×features, got " + to_string(view.shape));
    if (features_ > 0 && view.shape[1] != features_)
      throw_column_mismatch("inputs", features_, view.shape[1]);
    positive(view.rows(), "the batch's size");
    return torch_tensor(view).to(device_);
  }

  torch::Tensor targets(const Batch& batch) const {
    expect_dtype("targets", takes_labels_ ? DType::int64 : dtype_, batch.targets.dtype);
    const std::int64_t columns = outputs_ > 0 ? outputs_ : batch.inputs.shape[1];
    Shape expected{batch.inputs.rows()};
    if (!takes_labels_) expected.push_back(columns);
    if (batch.targets.shape != expected)
      throw ShapeError("targets: expected " + to_string(expected) + ", got " +
                       to_string(batch.targets.shape));
    if (takes_labels_) {
      for (const std::int64_t label : batch.targets.data<std::int64_t>())
        if (label < 0 || label >= columns)
          throw DataError("label " + std::to_string(label) + " is out of range 0…" +
                          std::to_string(columns - 1));
    }
    return torch_tensor(batch.targets).to(device_);
  }

  Sequential model_;
  LossFunction loss_function_;
  bool takes_labels_, momentum_;
  std::int64_t features_, outputs_;  // 0: any
  DType dtype_;
  torch::Device device_;
  std::unique_ptr<torch::optim::SGD> optimizer_;
};

}  // namespace twin::autograd
