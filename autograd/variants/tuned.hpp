// How fast autograd can go: the same step without what a good user of LibTorch pays for comfort. The layers
// are called as functions, not through modules; gradients are handed over instead of added up; one call
// updates all parameters.
#pragma once

#include <vector>

#include "autograd/network.hpp"

namespace twin::autograd {

class Tuned final : public Network {
 public:
  Tuned(const NetworkSpec& spec, DType dtype, Device device)
      : Network(spec, dtype, device), layers_(spec.layers), lr_(sgd(spec).lr) {
    if (sgd(spec).momentum != 0) throw UsageError("the tuned variant has no momentum");
    parameters_ = model_->parameters();
  }

 private:
  torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) override {
    mark(StepPart::zero_grad);
    torch::Tensor outputs = X;
    std::size_t next = 0;
    for (const LayerSpec& layer : layers_) {
      if (std::holds_alternative<DenseSpec>(layer.kind)) {
        outputs = torch::linear(outputs, parameters_[next], parameters_[next + 1]);
        next += 2;
      } else {
        outputs = torch::sigmoid(outputs);
      }
    }
    mark(StepPart::forward);
    const torch::Tensor loss = loss_function_(outputs, y);
    mark(StepPart::loss);
    if (parameters_.empty()) return loss;
    const std::vector<torch::Tensor> gradients = torch::autograd::grad({loss}, parameters_);
    mark(StepPart::backward);
    torch::NoGradGuard no_grad;
    torch::_foreach_add_(parameters_, gradients, -lr_);
    mark(StepPart::update);
    return loss;
  }

  std::vector<LayerSpec> layers_;
  std::vector<torch::Tensor> parameters_;
  double lr_;
};

}  // namespace twin::autograd
