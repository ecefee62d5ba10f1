// torch.optim.Adamax, which LibTorch's C++ side does not have, on tensors.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/adamax.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const AdamaxSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec](torch::Tensor& w, const torch::Tensor& gradient, double lr,
                           OptimizerState& state) {
    const torch::Tensor g = spec.weight_decay == 0 ? gradient : gradient.add(w, spec.weight_decay);
    torch::Tensor &moment = state.tensors[0], &norm = state.tensors[1];
    moment.mul_(spec.beta1).add_(g, 1 - spec.beta1);
    norm = torch::maximum(norm * spec.beta2, g.abs().add_(spec.eps));
    const double correction = 1 - std::pow(spec.beta1, static_cast<double>(state.step));
    w.addcdiv_(moment, norm, -lr / correction);
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const AdamaxSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const AdamaxSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
