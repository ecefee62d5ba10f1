// torch.optim.RAdam, which LibTorch's C++ side does not have, on tensors.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/radam.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const RadamSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec](torch::Tensor& w, const torch::Tensor& gradient, double lr,
                           OptimizerState& state) {
    const torch::Tensor g = spec.weight_decay == 0 ? gradient : gradient.add(w, spec.weight_decay);
    torch::Tensor &moment = state.tensors[0], &square = state.tensors[1];
    moment.mul_(spec.beta1).add_(g, 1 - spec.beta1);
    square.mul_(spec.beta2).addcmul_(g, g, 1 - spec.beta2);
    const auto t = static_cast<double>(state.step);
    const double correction1 = 1 - std::pow(spec.beta1, t), correction2 = 1 - std::pow(spec.beta2, t);
    const double limit = 2 / (1 - spec.beta2) - 1;
    const double rho = limit - 2 * t * (1 - correction2) / correction2;
    if (rho <= 5) {
      w.sub_(moment, lr / correction1);
      return;
    }
    const double rectification =
        std::sqrt((rho - 4) / (limit - 4) * ((rho - 2) / (limit - 2)) * (limit / rho));
    w.addcdiv_(moment, square.sqrt().add_(spec.eps),
               -lr / correction1 * std::sqrt(correction2) * rectification);
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const RadamSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const RadamSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
