// The control: the hand-derived mathematics on LibTorch's tensors, with autograd off. What it takes longer
// than the hand is the price of tensors and dispatch; what autograd takes longer than this is the price of
// recording a graph, walking it, and the optimiser.
#pragma once

#include <vector>

#include "autograd/network.hpp"

namespace twin::autograd {

class Control final : public Network {
 public:
  Control(const NetworkSpec& spec, DType dtype, Device device)
      : Network(spec, dtype, device), layers_(spec.layers), loss_(spec.loss), sgd_(sgd(spec)) {
    parameters_ = model_->parameters();
    torch::NoGradGuard no_grad;
    for (const torch::Tensor& p : parameters_) {
      gradients_.push_back(torch::empty_like(p));
      if (sgd_.momentum != 0) velocities_.push_back(torch::zeros_like(p));
    }
  }

  Gradients gradients(const Batch& batch) override {
    torch::NoGradGuard no_grad;
    const Forward forward = run_forward(inputs(batch.inputs), targets(batch));
    const Backward backward = run_backward(forward, true);
    Gradients result{forward.loss.item<double>(), {}, tensor("input", batch.inputs.shape, backward.input)};
    std::size_t i = 0;
    for (const auto& p : model_->named_parameters()) {
      result.parameters.add(tensor(p.key(), p.value().sizes().vec(), backward.parameters[i]));
      ++i;
    }
    return result;
  }

 private:
  struct Forward {
    std::vector<torch::Tensor> values;  // the input of each layer, and the output of the last
    torch::Tensor loss, error;          // error: the gradient of the loss by the outputs
  };
  struct Backward {
    std::vector<torch::Tensor> parameters;
    torch::Tensor input;
  };

  void run_loss(const torch::Tensor& outputs, const torch::Tensor& y, Forward& forward) const {
    if (std::holds_alternative<MseLossSpec>(loss_)) {
      const torch::Tensor difference = outputs - y;
      forward.loss = difference.square().mean();
      forward.error = difference * (2.0 / static_cast<double>(difference.numel()));
    } else if (std::holds_alternative<CrossEntropyLossSpec>(loss_)) {
      const torch::Tensor log_p = torch::log_softmax(outputs, 1);
      const torch::Tensor labels = y.unsqueeze(1);
      forward.loss = -log_p.gather(1, labels).mean();
      const torch::Tensor p = log_p.exp();
      p.scatter_add_(1, labels, torch::full_like(labels, -1, p.options()));
      forward.error = p / static_cast<double>(p.size(0));
    } else {
      forward.loss = (outputs * y).sum();
      forward.error = y;
    }
  }

  void run_layers(Forward& forward) const {
    std::size_t next = 0;
    for (const LayerSpec& layer : layers_) {
      const torch::Tensor& x = forward.values.back();
      if (std::holds_alternative<DenseSpec>(layer.kind)) {
        forward.values.push_back(torch::addmm(parameters_[next + 1], x, parameters_[next].t()));
        next += 2;
      } else {
        forward.values.push_back(torch::sigmoid(x));
      }
    }
  }

  Forward run_forward(const torch::Tensor& X, const torch::Tensor& y) const {
    Forward forward{{X}, {}, {}};
    run_layers(forward);
    run_loss(forward.values.back(), y, forward);
    return forward;
  }

  // The gradients have their memory once and for all, as by hand: taking fresh pages for them in every step
  // costs more than a product (a third of a step of width 2048).
  Backward run_backward(const Forward& forward, bool with_input) const {
    Backward backward{gradients_, forward.error};
    std::size_t next = parameters_.size();
    for (std::size_t i = layers_.size(); i-- > 0;) {
      torch::Tensor& d = backward.input;  // of layer i's output, then of its input
      if (std::holds_alternative<DenseSpec>(layers_[i].kind)) {
        next -= 2;
        torch::mm_out(backward.parameters[next], d.t(), forward.values[i]);
        torch::sum_out(backward.parameters[next + 1], d, 0);
        if (i > 0 || with_input) d = d.mm(parameters_[next]);
      } else if (i > 0 || with_input) {
        const torch::Tensor& y = forward.values[i + 1];
        d = d * (y * (1 - y));
      }
    }
    return backward;
  }

  torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) override {
    torch::NoGradGuard no_grad;
    mark(StepPart::zero_grad);
    Forward forward{{X}, {}, {}};
    run_layers(forward);
    mark(StepPart::forward);
    run_loss(forward.values.back(), y, forward);
    mark(StepPart::loss);
    const Backward backward = run_backward(forward, false);
    mark(StepPart::backward);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!velocities_.empty()) velocities_[i].mul_(sgd_.momentum).add_(backward.parameters[i]);
      parameters_[i].sub_(velocities_.empty() ? backward.parameters[i] : velocities_[i], sgd_.lr);
    }
    mark(StepPart::update);
    return forward.loss;
  }

  std::vector<LayerSpec> layers_;
  LossSpec loss_;
  SgdSpec sgd_;
  std::vector<torch::Tensor> parameters_, gradients_, velocities_;
};

}  // namespace twin::autograd
