// torch.optim.Rprop, which LibTorch's C++ side does not have, on tensors.
#pragma once

#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/rprop.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const RpropSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec](torch::Tensor& w, const torch::Tensor& gradient, double lr,
                           OptimizerState& state) {
    torch::Tensor &before = state.tensors[0], &size = state.tensors[1];
    if (state.step == 1) size.fill_(lr);
    const torch::Tensor agreement = gradient.mul(before).sign_();
    torch::Tensor factor = torch::ones_like(size);
    factor.masked_fill_(agreement > 0, spec.etaplus).masked_fill_(agreement < 0, spec.etaminus);
    size.mul_(factor).clamp_(spec.step_size_min, spec.step_size_max);
    before.copy_(gradient).masked_fill_(agreement < 0, 0);
    w.addcmul_(before.sign(), size, -1);
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const RpropSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const RpropSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
