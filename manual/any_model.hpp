// A model of any layers, with its loss and its optimiser, as a network is made of them.
#pragma once

#include <memory>
#include <vector>

#include "manual/loss.hpp"
#include "manual/networks/sequential.hpp"
#include "manual/optimizer.hpp"

namespace twin::manual {

template <typename ScalarType>
class AnyModel {
 public:
  using Scalar = ScalarType;

  explicit AnyModel(const NetworkSpec& spec)
      : layers_(spec.layers, {"", &shared_}), loss_(make_loss<Scalar>(spec.loss)) {
    for (const auto& layer : layers_.layers()) {
      layer->collect(parameters_);
      layer->collect(buffers_);
    }
    optimizer_ = make_optimizer<Scalar>(spec.optimizer, parameters_);
    for (std::string& name : further_inputs_of(spec.layers)) further_.push_back({std::move(name), {}, {}});
  }
  AnyModel(const AnyModel&) = delete;
  AnyModel& operator=(const AnyModel&) = delete;

  void zero_grad() {
    layers_.zero_grad();
    for (FurtherInput<Scalar>& input : further_) input.has_gradient = false;
  }
  template <typename X>
  Activation<Scalar> forward(const X& x, const Way<Scalar>& way) {
    return layers_.forward(x, way);
  }
  Scalar loss(const Activation<Scalar>& y, const Targets<Scalar>& targets) {
    return loss_->forward(y, targets);
  }
  Activation<Scalar> error() { return loss_->backward(); }
  Activation<Scalar> backward(const Activation<Scalar>& error, const Way<Scalar>& way) {
    return layers_.backward(error, way);
  }
  void backward_parameters(const Activation<Scalar>& error, const Way<Scalar>& way) {
    layers_.backward_parameters(error, way);
  }
  void update(double lr, std::int64_t t) { optimizer_->step(lr, t); }

  /// Views; valid as long as this object lives.
  const std::vector<Parameter<Scalar>>& parameters() const { return parameters_; }
  std::vector<Parameter<Scalar>>& parameters() { return parameters_; }
  const std::vector<Buffer<Scalar>>& buffers() const { return buffers_; }
  std::vector<Buffer<Scalar>>& buffers() { return buffers_; }
  std::vector<RowVector<Scalar>>& optimizer_state() { return optimizer_->state(); }
  const std::vector<RowVector<Scalar>>& optimizer_state() const {
    return static_cast<const Optimizer<Scalar>&>(*optimizer_).state();
  }

  LossFormulas loss_formulas() const { return loss_->formulas(); }
  const char* update_formula() const { return optimizer_->formula(); }

  /// What the batch that with_inputs() is given holds beside its inputs.
  std::vector<FurtherInput<Scalar>>& further() { return further_; }

  /// f(inputs): an Activation, or Indices. Throws as twin::Network does.
  template <typename F>
  void with_inputs(const NetworkSpec& spec, const Batch& batch, const F& f) {
    const TensorView& inputs = batch.inputs;
    if (inputs.shape != seen_.inputs) {
      seen_.layers = layer_input_shape(spec, inputs.shape);
      seen_.outputs = output_shape(spec.layers, seen_.layers);
      seen_.targets = target_shape(spec.loss, seen_.outputs);
      seen_.inputs = inputs.shape;
      for (FurtherInput<Scalar>& input : further_) input.value = {};
    }
    if (batch.further || !further_.empty()) take_further(spec, batch.further);
    const Extents extents(seen_.layers);
    if (indices_of(spec.layers) > 0) {
      expect_dtype("inputs", DType::int64, inputs.dtype);
      f(Indices(inputs.data<std::int64_t>().data(), extents));
    } else {
      expect_dtype("inputs", dtype_of<Scalar>(), inputs.dtype);
      f(Activation<Scalar>(inputs.data<Scalar>().data(), extents));
    }
  }

  /// f(inputs, targets).
  template <typename F>
  void with_batch(const NetworkSpec& spec, const Batch& batch, const F& f) {
    with_inputs(spec, batch, [&](const auto& x) {
      validate_targets(spec.loss, seen_.outputs, seen_.targets, dtype_of<Scalar>(), batch.targets);
      Targets<Scalar> targets;
      if (takes_labels(spec.loss))
        targets.labels = batch.targets.data<std::int64_t>();
      else
        targets.values = {batch.targets.data<Scalar>().data(), Extents(batch.targets.shape)};
      f(x, targets);
    });
  }

 private:
  // They are looked at again only when their shapes change.
  void take_further(const NetworkSpec& spec, const NamedTensors* given) {
    bool seen = given && given->size() == further_.size();
    for (const FurtherInput<Scalar>& input : further_)
      seen = seen && given->contains(input.name) && given->at(input.name).dtype() == dtype_of<Scalar>() &&
             input.value.extents() == Extents(given->at(input.name).shape());
    if (!seen) validate_further(spec, seen_.layers, dtype_of<Scalar>(), given);
    for (FurtherInput<Scalar>& input : further_) {
      const Tensor& tensor = given->at(input.name);
      input.value = {tensor.data<Scalar>().data(), Extents(tensor.shape())};
    }
  }

  std::map<std::string, SharedWeight<Scalar>*> shared_;
  Sequential<Scalar> layers_;
  std::unique_ptr<Loss<Scalar>> loss_;
  std::vector<Parameter<Scalar>> parameters_;
  std::vector<Buffer<Scalar>> buffers_;
  std::unique_ptr<Optimizer<Scalar>> optimizer_;
  std::vector<FurtherInput<Scalar>> further_;
  // Shapes of the last batch: they are found out again only when they change.
  struct {
    Shape inputs, layers, outputs, targets;
  } seen_;
};

}  // namespace twin::manual
