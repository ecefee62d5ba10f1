// The control: the mathematics of the manual twin on LibTorch's tensors, with autograd off. What it takes
// longer than manual is the price of tensors and dispatch; what autograd takes longer than this is the price
// of recording a graph, walking it, and the optimiser.
//
//   A stem that the control can do says control_forward() and control_backward() (layers), control_loss()
//   (losses), control_update() (optimisers that count no steps).
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "autograd/network.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "autograd/variants/own.hpp"
#include "shared/stems.hpp"
#include "stems/autograd/layers.hpp"

namespace twin::autograd {

template <typename Kind>
concept ControlledLayer = requires(const Kind& kind, const Own& own, Own& gradients, const torch::Tensor& x) {
  control_forward(kind, own, x);
  control_backward(kind, own, gradients, x, x, x, true);
};
template <typename Kind>
concept ControlledLoss = requires(const Kind& kind, const torch::Tensor& x) {
  control_loss(kind, x, x);
};
template <typename Kind>
concept ControlledOptimizer = requires(const Kind& kind, torch::Tensor& parameter, torch::Tensor* state) {
  control_update(kind, parameter, parameter, state);
};

class Control final : public Network {
 public:
  Control(const NetworkSpec& spec, DType dtype, Device device) : Network(spec, dtype, device) {
    torch::NoGradGuard no_grad;
    const std::size_t states = state_names(spec.optimizer).size();
    std::size_t next = 0;
    for (const LayerSpec& layer : spec.layers) {
      Part part{layer, {}, {}, {}};
      for (std::size_t left = parameters_of(std::vector{layer}).size(); left > 0; --left) {
        const torch::Tensor& p = parameters_.at(next++).value;
        part.own.push_back(p);
        // The gradients have their memory once and for all, as in manual: taking fresh pages for them in
        // every step costs more than a product (a third of a step of width 2048).
        part.gradients.push_back(torch::empty_like(p));
        for (std::size_t k = 0; k < states; ++k) part.state.push_back(torch::zeros_like(p));
      }
      parts_.push_back(std::move(part));
    }
  }

  static std::string lacks(const NetworkSpec& spec) {
    if (spec.schedule) return "a schedule";
    if (spec.clipping) return "clipping";
    for (const LayerSpec& layer : spec.layers)
      if (!std::visit([]<typename Kind>(const Kind&) { return ControlledLayer<Kind>; }, layer.kind))
        return "the layer " + std::string(stem_of(layer));
    if (!std::visit([]<typename Kind>(const Kind&) { return ControlledLoss<Kind>; }, spec.loss))
      return "the loss " + std::string(name_of(spec.loss));
    if (!std::visit([]<typename Kind>(const Kind&) { return ControlledOptimizer<Kind>; }, spec.optimizer))
      return "the optimiser " + std::string(name_of(spec.optimizer));
    if (counts_steps(spec.optimizer))
      return "the optimiser " + std::string(name_of(spec.optimizer)) + " where it counts its steps";
    return "";
  }

  Gradients gradients(const Batch& batch) override {
    torch::NoGradGuard no_grad;
    const torch::Tensor X = inputs(batch);  // first: targets() relies on inputs that fit
    const Forward forward = run_forward(X, targets(batch));
    const torch::Tensor d_input = run_backward(forward, true);
    Gradients result{forward.loss.item<double>(), {}, tensor("input", batch.inputs.shape, d_input), {}};
    std::size_t i = 0;
    for (const Part& part : parts_)
      for (const torch::Tensor& gradient : part.gradients) {
        result.parameters.add(tensor(parameters_[i].name, gradient.sizes().vec(), gradient));
        ++i;
      }
    return result;
  }

  NamedTensors optimizer_state() const override {
    NamedTensors all;
    for_each_state([&](const std::string& name, const torch::Tensor& state) {
      all.add(tensor(name, state.sizes().vec(), state));
    });
    return all;
  }

  void load_optimizer_state(const NamedTensors& state) override {
    for_each_state([&](const std::string& name, const torch::Tensor& values) {
      expect_tensor(state, name, dtype_, values.sizes().vec(), "control");
    });
    torch::NoGradGuard no_grad;
    for_each_state([&](const std::string& name, torch::Tensor values) {
      values.copy_(torch_tensor(state.at(name).view()));
    });
  }

 private:
  // f(name, state): of each parameter, in the order of state_names().
  template <typename F>
  void for_each_state(const F& f) const {
    const std::vector<std::string> names = state_names(spec_.optimizer);
    std::size_t p = 0;
    for (const Part& part : parts_)
      for (std::size_t i = 0; i < part.own.size(); ++i, ++p)
        for (std::size_t k = 0; k < names.size(); ++k)
          f(join(parameters_[p].name, names[k]), part.state[i * names.size() + k]);
  }

  struct Part {
    LayerSpec layer;
    Own own, gradients, state;
  };
  struct Forward {
    std::vector<torch::Tensor> values;  // the input of each layer, and the output of the last
    torch::Tensor loss, error;          // error: the gradient of the loss by the outputs
  };

  void run_loss(const torch::Tensor& y, Forward& forward) const {
    const torch::Tensor& outputs = forward.values.back();
    const bool fold = takes_rows_of_labels_ && outputs.dim() > 2;
    std::visit(
        [&](const auto& kind) {
          if constexpr (ControlledLoss<std::remove_cvref_t<decltype(kind)>>) {
            LossAndError both =
                control_loss(kind, fold ? outputs.flatten(0, -2) : outputs, fold ? y.flatten() : y);
            forward.loss = std::move(both.loss);
            forward.error = fold ? both.error.reshape(outputs.sizes()) : std::move(both.error);
          }
        },
        spec_.loss);
  }

  void run_layers(Forward& forward) const {
    for (const Part& part : parts_)
      std::visit(
          [&](const auto& kind) {
            if constexpr (ControlledLayer<std::remove_cvref_t<decltype(kind)>>)
              forward.values.push_back(control_forward(kind, part.own, forward.values.back()));
          },
          part.layer.kind);
  }

  Forward run_forward(const torch::Tensor& X, const torch::Tensor& y) const {
    Forward forward{{X}, {}, {}};
    run_layers(forward);
    run_loss(y, forward);
    return forward;
  }

  // Returns the gradient by the inputs, when it is asked for.
  torch::Tensor run_backward(const Forward& forward, bool with_input) {
    torch::Tensor d = forward.error;
    for (std::size_t i = parts_.size(); i-- > 0;)
      std::visit(
          [&](const auto& kind) {
            Part& part = parts_[i];
            const torch::Tensor &x = forward.values[i], &y = forward.values[i + 1];
            if constexpr (ControlledLayer<std::remove_cvref_t<decltype(kind)>>)
              d = control_backward(kind, part.own, part.gradients, x, y, d, i > 0 || with_input);
          },
          parts_[i].layer.kind);
    return d;
  }

  torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) override {
    torch::NoGradGuard no_grad;
    mark(StepPart::zero_grad);
    Forward forward{{X}, {}, {}};
    run_layers(forward);
    mark(StepPart::forward);
    run_loss(y, forward);
    mark(StepPart::loss);
    run_backward(forward, false);
    mark(StepPart::backward);
    std::visit(
        [&](const auto& kind) {
          const std::size_t states = kind.state_names().size();
          for (Part& part : parts_)
            for (std::size_t p = 0; p < part.own.size(); ++p)
              if constexpr (ControlledOptimizer<std::remove_cvref_t<decltype(kind)>>)
                control_update(kind, part.own[p], part.gradients[p], part.state.data() + p * states);
        },
        spec_.optimizer);
    mark(StepPart::update);
    return forward.loss;
  }

  std::vector<Part> parts_;
};

}  // namespace twin::autograd
