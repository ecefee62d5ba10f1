// Lion, which neither PyTorch nor LibTorch has, on tensors.
#pragma once

#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/lion.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const LionSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec](torch::Tensor& w, const torch::Tensor& g, double lr, OptimizerState& state) {
    torch::Tensor& moment = state.tensors[0];
    w.mul_(1 - lr * spec.weight_decay);
    w.sub_(moment.mul(spec.beta1).add_(g, 1 - spec.beta1).sign_(), lr);
    moment.mul_(spec.beta2).add_(g, 1 - spec.beta2);
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const LionSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const LionSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
