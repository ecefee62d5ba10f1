// torch.optim.Adadelta, which LibTorch's C++ side does not have, on tensors.
#pragma once

#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/adadelta.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const AdadeltaSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec](torch::Tensor& w, const torch::Tensor& gradient, double lr,
                           OptimizerState& state) {
    const torch::Tensor g = spec.weight_decay == 0 ? gradient : gradient.add(w, spec.weight_decay);
    torch::Tensor &squares = state.tensors[0], &deltas = state.tensors[1];
    squares.mul_(spec.rho).addcmul_(g, g, 1 - spec.rho);
    const torch::Tensor delta = deltas.add(spec.eps).sqrt_().div_(squares.add(spec.eps).sqrt_()).mul_(g);
    deltas.mul_(spec.rho).addcmul_(delta, delta, 1 - spec.rho);
    w.sub_(delta, lr);
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const AdadeltaSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const AdadeltaSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
