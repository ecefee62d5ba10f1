// torch.optim.SGD.
#pragma once

#include <memory>
#include <torch/optim/sgd.h>
#include <vector>

#include "autograd/optimizer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/optim/sgd.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const SgdSpec& spec, const std::vector<NamedParameter>& parameters) {
  return std::make_unique<torch::optim::SGD>(values_of(parameters),
                                             torch::optim::SGDOptions(spec.lr).momentum(spec.momentum));
}

inline OptimizerState state_of(const SgdSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  const auto* state = find_state<torch::optim::SGDParamState>(optimizer, parameter);
  return state ? OptimizerState{{state->momentum_buffer()}} : OptimizerState{};
}

inline void set_state(const SgdSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  auto state = std::make_unique<torch::optim::SGDParamState>();
  state->momentum_buffer(values.tensors[0]);
  put_state(optimizer, parameter, std::move(state));
}

// For autograd/variants/tuned.hpp: one call for all parameters.
inline const char* tuned_update_lacks(const SgdSpec& spec) { return spec.momentum == 0 ? "" : "momentum"; }
inline void tuned_update(const SgdSpec& spec, const Own& parameters, const Own& gradients) {
  torch::_foreach_add_(parameters, gradients, -spec.lr);
}

// For autograd/variants/control.hpp. state: one tensor for each parameter and state.
inline void control_update(const SgdSpec& spec, torch::Tensor& parameter, const torch::Tensor& gradient,
                           torch::Tensor* state) {
  if (spec.momentum != 0) state[0].mul_(spec.momentum).add_(gradient);
  parameter.sub_(spec.momentum != 0 ? state[0] : gradient, spec.lr);
}

}  // namespace twin::autograd
