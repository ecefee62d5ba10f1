// The LibTorch side of the interface: a model, a loss and an optimiser, and the five steps in the tutorial's
// words.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>
#include <vector>

#include "autograd/networks/sequential.hpp"
#include "autograd/optimizer.hpp"
#include "shared/errors.hpp"
#include "shared/network.hpp"
#include "stems/autograd/clipping.hpp"
#include "stems/autograd/losses.hpp"
#include "stems/autograd/optim.hpp"
#include "stems/autograd/schedules.hpp"

namespace twin::autograd {

class Network : public twin::Network {
 public:
  Network(const NetworkSpec& spec, DType dtype, Device device)
      : spec_(spec),
        takes_rows_of_labels_(twin::takes_rows_of_labels(spec.loss)),
        takes_indices_(indices_of(spec.layers) > 0),
        takes_further_(!further_inputs_of(spec.layers).empty()),
        dtype_(dtype),
        device_(device == Device::cuda ? torch::kCUDA : torch::kCPU),
        layers_(spec.layers, {"", &shared_}, *model_),
        loss_function_(make_loss_function(spec.loss)) {
    layers_.collect(carried_);
    model_->to(device_, scalar_type(dtype));
    torch::NoGradGuard no_grad;
    const auto named = model_->named_parameters();
    for (const ParameterSpec& p : parameters_of(spec)) {
      const torch::Tensor* value = named.find(p.name);
      if (!value || value->sizes() != torch::IntArrayRef(p.shape))
        throw ShapeError("autograd has no parameter " + p.name + " of " + to_string(p.shape));
      parameters_.push_back({p.name, *value, p.role});
      parameters_.back().value.zero_();
    }
    if (named.size() != parameters_.size())
      throw ShapeError("autograd has " + std::to_string(named.size()) + " parameters, the specification " +
                       std::to_string(parameters_.size()));
    for (const BufferSpec& b : buffers_of(spec)) {
      running_.emplace_back(b.name, model_->named_buffers()[b.name]);
      running_.back().second.fill_(b.initial);
    }
    // Made after the move to the device: an optimiser keeps the tensors it is given.
    optimizer_ =
        std::visit([&](const auto& kind) { return make_optimizer(kind, parameters_); }, spec.optimizer);
  }

  const NetworkSpec& spec() const final { return spec_; }

  double train_step(const Batch& batch) final { return train_steps(batch, 1); }

  double train_steps(const Batch& batch, std::int64_t steps) final {
    const torch::Tensor X = inputs(batch);
    const torch::Tensor y = targets(batch);
    torch::Tensor loss;
    for (std::int64_t i = 0; i < steps; ++i) {
      loss = step(X, y, [](StepPart) {});
      ++steps_done_;
    }
    return loss.item<double>();
  }

  StepTimes time_steps(const Batch& batch, std::int64_t steps) final {
    const torch::Tensor X = inputs(batch);
    const torch::Tensor y = targets(batch);
    StepClock clock;
    for (std::int64_t i = 0; i < steps; ++i) {
      clock.start();
      step(X, y, [&](StepPart part) {
        if (device_.is_cuda()) torch::cuda::synchronize();
        clock.end(part);
      });
      ++steps_done_;
    }
    return clock.times();
  }

  Gradients gradients(const Batch& batch) override {
    const KeptBuffers kept(*this);
    const torch::Tensor X = inputs_with_gradients(batch);
    optimizer_->zero_grad();
    const torch::Tensor loss = loss_of(layers_.forward(X, way({})), targets(batch));
    loss.backward();
    Gradients result{loss.item<double>(), {}, {}, {}};
    if (!takes_indices_) result.input = tensor("input", batch.inputs.shape, X.grad());
    for (const auto& [name, value] : further_)
      result.further.add(tensor(name, value.sizes().vec(), value.grad()));
    for (const NamedParameter& p : parameters_)
      result.parameters.add(tensor(p.name, p.value.sizes().vec(), gradient_of(p)));
    return result;
  }

  Trace trace_step(const Batch& batch) override {
    constexpr const char* kForward = "outputs = model(X)";
    constexpr const char* kLoss = "loss = loss_function(outputs, y)";
    constexpr const char* kBackward = "loss.backward()";
    constexpr const char* kStep = "optimizer.step()";
    Trace trace;
    const auto add = [&](const char* step, Role role, const std::string& path, const std::string& formula,
                         const torch::Tensor& values) {
      trace.push_back({step, role, path, formula,
                       tensor(TraceEntry::quantity(role, path), values.sizes().vec(), values)});
    };

    const torch::Tensor X = inputs_with_gradients(batch);
    if (!takes_indices_) add(kForward, Role::input, "", "the batch", X);
    optimizer_->zero_grad();
    Recorder recorder;
    Way way = this->way({});
    way.observer = &recorder;
    const torch::Tensor outputs = layers_.forward(X, way);
    if (outputs.requires_grad() && !outputs.is_leaf()) outputs.retain_grad();
    const std::function<void(const Visited&)> add_forward = [&](const Visited& layer) {
      if (layer.x.is_floating_point()) add(kForward, Role::input, layer.path, "", layer.x);
      for (const auto& [name, value] : layer.further)
        add(kForward, Role::input, join(layer.path, name), "", value);
      for (const Visited& child : layer.children) add_forward(child);
      add(kForward, Role::output, layer.path, "model." + layer.path + ".forward", layer.y);
    };
    for (const Visited& layer : recorder.layers) add_forward(layer);

    const torch::Tensor loss = loss_of(outputs, targets(batch));
    add(kLoss, Role::loss, "", "loss_function(outputs, y)", loss);
    loss.backward();
    add(kBackward, Role::error, "", "outputs.grad()", outputs.grad());
    const std::function<void(const Visited&)> add_backward = [&](const Visited& layer) {
      add(kBackward, Role::output_gradient, layer.path, "", layer.y.grad());
      for (auto child = layer.children.rbegin(); child != layer.children.rend(); ++child)
        add_backward(*child);
      // Those of modules within it too, unless they are layers themselves.
      for (const auto& p : layer.module->named_parameters(/*recurse=*/layer.children.empty()))
        add(kBackward, Role::parameter_gradient, join(layer.path, p.key()), p.key() + ".grad()",
            p.value().grad());
      if (layer.x.requires_grad())
        add(kBackward, Role::input_gradient, layer.path, "retain_grad(), grad()", layer.x.grad());
      for (const auto& [name, value] : layer.further)
        add(kBackward, Role::input_gradient, join(layer.path, name), "retain_grad(), grad()", value.grad());
    };
    for (auto layer = recorder.layers.rbegin(); layer != recorder.layers.rend(); ++layer)
      add_backward(*layer);

    update();
    ++steps_done_;
    for (const NamedParameter& p : parameters_) add(kStep, Role::parameter, p.name, "torch::optim", p.value);
    return trace;
  }

  double loss(const Batch& batch) override {
    torch::NoGradGuard no_grad;
    const KeptBuffers kept(*this);
    const torch::Tensor X = inputs(batch);  // first: targets() relies on inputs that fit
    return loss_of(layers_.forward(X, way({})), targets(batch)).item<double>();
  }

  NamedTensors hessian_vector_product(const Batch& batch, const NamedTensors& direction) override {
    if (dtype_ != DType::float64) return twin::Network::hessian_vector_product(batch, direction);
    const KeptBuffers kept(*this);
    const torch::Tensor X = inputs(batch);
    const std::vector<torch::Tensor> weights = values_of(parameters_);
    const torch::Tensor loss = loss_of(layers_.forward(X, way({})), targets(batch));
    const auto gradients = torch::autograd::grad({loss}, weights, {}, /*retain_graph=*/true,
                                                 /*create_graph=*/true, /*allow_unused=*/true);
    torch::Tensor along = torch::zeros({}, loss.options());
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const Shape shape = weights[i].sizes().vec();
      const Tensor& v = expect_tensor(direction, parameters_[i].name, dtype_, shape, "the direction");
      if (gradients[i].defined()) along = along + (gradients[i] * torch_tensor(v.view()).to(device_)).sum();
    }
    // A loss that is linear in the weights has gradients that depend on none.
    std::vector<torch::Tensor> products(parameters_.size());
    if (along.requires_grad())
      products = torch::autograd::grad({along}, weights, {}, /*retain_graph=*/false, /*create_graph=*/false,
                                       /*allow_unused=*/true);
    NamedTensors all;
    for (std::size_t i = 0; i < parameters_.size(); ++i)
      all.add(tensor(parameters_[i].name, weights[i].sizes().vec(),
                     products[i].defined() ? products[i] : torch::zeros_like(weights[i])));
    return all;
  }

  Tensor predict(const Batch& batch) override {
    torch::NoGradGuard no_grad;
    const KeptBuffers kept(*this);
    model_->eval();
    const torch::Tensor outputs = layers_.forward(inputs(batch), way({.mode = Mode::evaluation}));
    model_->train();
    return tensor("outputs", outputs.sizes().vec(), outputs);
  }

  NamedTensors parameters() const override {
    NamedTensors all;
    for (const NamedParameter& p : parameters_) all.add(tensor(p.name, p.value.sizes().vec(), p.value));
    return all;
  }

  void load_parameters(const NamedTensors& values) override {
    for (const NamedParameter& p : parameters_)
      expect_tensor(values, p.name, dtype_, p.value.sizes().vec(), "autograd");
    torch::NoGradGuard no_grad;
    for (NamedParameter& p : parameters_) p.value.copy_(torch_tensor(values.at(p.name).view()));
  }

  NamedTensors buffers() const override {
    NamedTensors all;
    for (const auto& [name, value] : running_) all.add(tensor(name, value.sizes().vec(), value));
    for (const Carried& state : carried_)
      if (state.value->defined()) all.add(tensor(state.name, state.value->sizes().vec(), *state.value));
    return all;
  }

  void load_buffers(const NamedTensors& values) override {
    for (const auto& [name, value] : running_)
      expect_tensor(values, name, dtype_, value.sizes().vec(), "autograd");
    torch::NoGradGuard no_grad;
    for (auto& [name, value] : running_) value.copy_(torch_tensor(values.at(name).view()));
    for (Carried& state : carried_)
      *state.value =
          values.contains(state.name)
              ? torch_tensor(values.at(state.name).view()).to(device_, /*non_blocking=*/false, /*copy=*/true)
              : torch::Tensor();
  }

  void reset_state() override {
    for (Carried& state : carried_) *state.value = torch::Tensor();
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    const std::vector<std::string> names = state_names(spec_.optimizer);
    std::visit(
        [&](const auto& spec) {
          for (const NamedParameter& p : parameters_) {
            if (names.empty()) continue;
            const OptimizerState state = state_of(spec, *optimizer_, p.value);
            for (std::size_t k = 0; k < names.size(); ++k) {
              const std::string name = join(p.name, names[k]);
              const Shape shape = p.value.sizes().vec();
              const bool there = k < state.tensors.size() && state.tensors[k].defined();
              all.add(there ? tensor(name, shape, state.tensors[k]) : Tensor::zeros(name, shape, dtype_));
            }
          }
        },
        spec_.optimizer);
    if (counts_steps(spec_.optimizer)) all.add(step_count(counted_steps(), dtype_));
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    const std::vector<std::string> names = state_names(spec_.optimizer);
    for (const NamedParameter& p : parameters_)
      for (const std::string& name : names)
        expect_tensor(state, join(p.name, name), dtype_, p.value.sizes().vec(), "autograd");
    if (counts_steps(spec_.optimizer)) steps_done_ = steps_of(state);
    if (names.empty()) return;
    std::visit(
        [&](const auto& spec) {
          for (const NamedParameter& p : parameters_) {
            OptimizerState values{{}, steps_done_};
            for (const std::string& name : names)
              values.tensors.push_back(torch_tensor(state.at(join(p.name, name)).view()).to(device_).clone());
            set_state(spec, *optimizer_, p.value, values);
          }
        },
        spec_.optimizer);
  }

  std::int64_t steps_done() const override { return steps_done_; }
  /// An optimiser that counts its own steps goes on from there.
  void set_steps_done(std::int64_t steps) override {
    steps_done_ = steps;
    if (!counts_steps(spec_.optimizer)) return;
    const std::size_t tensors = state_names(spec_.optimizer).size();
    std::visit(
        [&](const auto& spec) {
          for (const NamedParameter& p : parameters_) {
            OptimizerState state = state_of(spec, *optimizer_, p.value);
            while (state.tensors.size() < tensors) state.tensors.push_back(torch::zeros_like(p.value));
            state.step = steps;
            set_state(spec, *optimizer_, p.value, state);
          }
        },
        spec_.optimizer);
  }
  double learning_rate() const override {
    const double rate = twin::learning_rate(spec_.optimizer);
    if (!spec_.schedule) return rate;
    return rate * std::visit([&](const auto& kind) { return factor_of(kind, steps_done_); }, *spec_.schedule);
  }

 protected:
  /// Told at the end of each part of a step.
  using Mark = std::function<void(StepPart)>;

  virtual torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) {
    optimizer_->zero_grad();
    mark(StepPart::zero_grad);
    const torch::Tensor outputs = layers_.forward(X, way({}));
    mark(StepPart::forward);
    const torch::Tensor loss = loss_of(outputs, y);
    mark(StepPart::loss);
    if (loss.requires_grad()) loss.backward();  // not so in a network without parameters
    mark(StepPart::backward);
    update();
    mark(StepPart::update);
    return loss;
  }

  void update() {
    if (spec_.clipping)
      std::visit([&](const auto& kind) { clip(kind, values_of(parameters_)); }, *spec_.clipping);
    if (spec_.schedule)
      for (auto& group : optimizer_->param_groups()) group.options().set_lr(learning_rate());
    optimizer_->step();
  }

  /// The loss of outputs in their own shape: most labels are one for each row of logits.
  torch::Tensor loss_of(const torch::Tensor& outputs, const torch::Tensor& y) const {
    if (!takes_rows_of_labels_ || outputs.dim() == 2) return loss_function_(outputs, y);
    return loss_function_(outputs.flatten(0, -2), y.flatten());
  }

  Way way(Pass pass) const {
    pass.seed = spec_.mask_seed;
    pass.step = steps_done_;
    return {pass, nullptr, &further_};
  }

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

  /// In the shape that the layers see. The further inputs are in way() from here on.
  torch::Tensor inputs(const Batch& batch) {
    const TensorView& view = batch.inputs;
    if (view.shape != seen_.inputs) {
      seen_.layers = layer_input_shape(spec_, view.shape);
      seen_.outputs = output_shape(spec_.layers, seen_.layers);
      seen_.inputs = view.shape;
    }
    expect_dtype("inputs", takes_indices_ ? DType::int64 : dtype_, view.dtype);
    if (takes_indices_) expect_indices(view);
    take_further(batch.further);
    return torch_tensor(view).to(device_).view(seen_.layers);
  }

  /// inputs(), of which gradients are asked for: those that are numbers, and the further ones.
  torch::Tensor inputs_with_gradients(const Batch& batch) {
    const torch::Tensor X = inputs(batch);
    for (auto& [name, value] : further_) value = value.clone().requires_grad_();
    return takes_indices_ ? X : X.clone().requires_grad_();
  }

  torch::Tensor targets(const Batch& batch) const {
    validate_targets(spec_.loss, seen_.outputs, dtype_, batch.targets);
    return torch_tensor(batch.targets).to(device_);
  }

  NetworkSpec spec_;
  bool takes_rows_of_labels_, takes_indices_, takes_further_;
  DType dtype_;
  torch::Device device_;
  std::map<std::string, torch::Tensor> shared_;
  torch::nn::ModuleHolder<torch::nn::Module> model_{std::make_shared<torch::nn::Module>("model")};
  Sequential layers_;
  std::vector<NamedParameter> parameters_;

 private:
  using LossFunction =
      std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& targets)>;

  static LossFunction make_loss_function(const LossSpec& spec) {
    return std::visit(
        [](const auto& kind) -> LossFunction {
          return
              [loss = make_loss(kind)](const torch::Tensor& outputs, const torch::Tensor& targets) mutable {
                return loss->forward(outputs, targets);
              };
        },
        spec);
  }

  void take_further(const NamedTensors* given) {
    if (!given && !takes_further_) return;
    validate_further(spec_, seen_.layers, dtype_, given);
    further_.clear();
    for (const Tensor& tensor : *given)
      further_.emplace_back(tensor.name(), torch_tensor(tensor.view()).to(device_));
  }

  // LibTorch's own message names neither the index nor its place.
  void expect_indices(const TensorView& view) const {
    const std::int64_t limit = indices_of(spec_.layers);
    const std::span<const std::int64_t> indices = view.data<std::int64_t>();
    for (std::size_t i = 0; i < indices.size(); ++i)
      if (indices[i] < 0 || indices[i] >= limit)
        refuse_index(limit, indices[i], static_cast<std::int64_t>(i), spec_.layers.front().name);
  }

  // As the optimiser has counted them: 0 before its first step, for it knows no parameter yet. Without
  // parameters it counts nothing.
  std::int64_t counted_steps() const {
    if (parameters_.empty()) return steps_done_;
    return std::visit(
        [&](const auto& spec) { return state_of(spec, *optimizer_, parameters_.front().value).step; },
        spec_.optimizer);
  }

  // A parameter that the loss does not depend on has no gradient.
  static torch::Tensor gradient_of(const NamedParameter& p) {
    return p.value.grad().defined() ? p.value.grad() : torch::zeros_like(p.value);
  }

  /// One layer on a traced way forward.
  struct Visited {
    std::string path;
    const torch::nn::Module* module;
    torch::Tensor x, y;
    NamedInputs further;
    std::vector<Visited> children;
  };
  class Recorder final : public Observer {
   public:
    void entered(const std::string& path, const torch::nn::Module& module, const torch::Tensor& x,
                 const NamedInputs& further) override {
      open_.push_back({path, &module, x, {}, further, {}});
    }
    void left(const torch::Tensor& y) override {
      Visited layer = std::move(open_.back());
      open_.pop_back();
      layer.y = y;
      (open_.empty() ? layers : open_.back().children).push_back(std::move(layer));
    }
    std::vector<Visited> layers;

   private:
    std::vector<Visited> open_;
  };

  /// Running statistics and carried states have the values of before when this ends.
  class KeptBuffers {
   public:
    explicit KeptBuffers(Network& network) : network_(network) {
      for (const auto& [name, value] : network.running_) running_.push_back(value.clone());
      for (const Carried& state : network.carried_) carried_.push_back(*state.value);
    }
    ~KeptBuffers() {
      torch::NoGradGuard no_grad;
      for (std::size_t i = 0; i < running_.size(); ++i) network_.running_[i].second.copy_(running_[i]);
      for (std::size_t i = 0; i < carried_.size(); ++i) *network_.carried_[i].value = carried_[i];
    }
    KeptBuffers(const KeptBuffers&) = delete;
    KeptBuffers& operator=(const KeptBuffers&) = delete;

   private:
    Network& network_;
    std::vector<torch::Tensor> running_, carried_;
  };

  LossFunction loss_function_;
  NamedInputs further_;                                         // of the last batch
  std::vector<std::pair<std::string, torch::Tensor>> running_;  // buffers of the modules
  std::vector<Carried> carried_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::int64_t steps_done_ = 0;
  // Shapes of the last batch: they are found out again only when they change.
  struct {
    Shape inputs, layers, outputs;
  } seen_;
};

}  // namespace twin::autograd
