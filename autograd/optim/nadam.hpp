// torch.optim.NAdam, which LibTorch's C++ side does not have, on tensors.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "autograd/tensor_optimizer.hpp"
#include "shared/optim/nadam.hpp"

namespace twin::autograd {

/// The momentum of a step, and the product of those of all steps up to it.
class NadamMomenta {
 public:
  explicit NadamMomenta(const NadamSpec& spec) : spec_(spec) {}

  double of(std::int64_t step) const {
    return spec_.beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(step) * spec_.momentum_decay));
  }
  double product(std::int64_t step) {
    if (step < steps_) steps_ = 0, product_ = 1;
    while (steps_ < step) product_ *= of(++steps_);
    return product_;
  }

 private:
  NadamSpec spec_;
  std::int64_t steps_ = 0;
  double product_ = 1;  // of so many steps
};

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const NadamSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto move = [spec, momenta = NadamMomenta(spec)](torch::Tensor& w, const torch::Tensor& gradient,
                                                         double lr, OptimizerState& state) mutable {
    const torch::Tensor g = spec.weight_decay == 0 ? gradient : gradient.add(w, spec.weight_decay);
    torch::Tensor &moment = state.tensors[0], &square = state.tensors[1];
    moment.mul_(spec.beta1).add_(g, 1 - spec.beta1);
    square.mul_(spec.beta2).addcmul_(g, g, 1 - spec.beta2);
    const double correction = 1 - std::pow(spec.beta2, static_cast<double>(state.step));
    const torch::Tensor root = square.div(correction).sqrt_().add_(spec.eps);
    const double now = momenta.of(state.step), next = momenta.of(state.step + 1);
    const double product = momenta.product(state.step);
    w.addcdiv_(g, root, -lr * (1 - now) / (1 - product));
    w.addcdiv_(moment, root, -lr * next / (1 - product * next));
  };
  return std::make_unique<TensorOptimizer>(parameters, spec.lr, spec.state_names().size(), move);
}

inline OptimizerState state_of(const NadamSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  return tensor_state_of(optimizer, parameter);
}

inline void set_state(const NadamSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  set_tensor_state(optimizer, parameter, values);
}

}  // namespace twin::autograd
