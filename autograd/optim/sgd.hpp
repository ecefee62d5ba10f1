// torch.optim.SGD.
#pragma once

#include <memory>
#include <torch/optim/sgd.h>
#include <utility>
#include <vector>

#include "autograd/optimizer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/optim/sgd.hpp"

namespace twin::autograd {

/// LibTorch's SGD does not count its steps: its first is the one that finds no velocity.
struct CountingSgd final : torch::optim::SGD {
  using torch::optim::SGD::SGD;
  torch::Tensor step(LossClosure closure = nullptr) override {
    ++steps;
    return torch::optim::SGD::step(std::move(closure));
  }
  std::int64_t steps = 0;
};

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const SgdSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto options = torch::optim::SGDOptions(spec.lr)
                           .momentum(spec.momentum)
                           .dampening(spec.dampening)
                           .weight_decay(spec.weight_decay)
                           .nesterov(spec.nesterov);
  if (spec.counts_steps()) return std::make_unique<CountingSgd>(values_of(parameters), options);
  return std::make_unique<torch::optim::SGD>(values_of(parameters), options);
}

inline OptimizerState state_of(const SgdSpec& spec, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  OptimizerState values;
  if (spec.counts_steps()) values.step = static_cast<CountingSgd&>(optimizer).steps;
  if (const auto* state = find_state<torch::optim::SGDParamState>(optimizer, parameter))
    values.tensors = {state->momentum_buffer()};
  return values;
}

inline void set_state(const SgdSpec& spec, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  if (spec.counts_steps()) {
    static_cast<CountingSgd&>(optimizer).steps = values.step;
    if (values.step == 0) {
      optimizer.state().erase(state_key(optimizer.state(), parameter));
      return;
    }
  }
  auto state = std::make_unique<torch::optim::SGDParamState>();
  state->momentum_buffer(values.tensors[0]);
  put_state(optimizer, parameter, std::move(state));
}

// For autograd/variants/tuned.hpp: one call for all parameters.
inline const char* tuned_update_lacks(const SgdSpec& spec) {
  if (spec.momentum != 0) return "momentum";
  return spec.weight_decay != 0 ? "weight decay" : "";
}
inline void tuned_update(const SgdSpec& spec, const Own& parameters, const Own& gradients) {
  torch::_foreach_add_(parameters, gradients, -spec.lr);
}

// For autograd/variants/control.hpp. state: one tensor for each parameter and state.
inline void control_update(const SgdSpec& spec, torch::Tensor& parameter, const torch::Tensor& gradient,
                           torch::Tensor* state) {
  const torch::Tensor g = spec.weight_decay != 0 ? gradient.add(parameter, spec.weight_decay) : gradient;
  if (spec.momentum == 0) {
    parameter.sub_(g, spec.lr);
    return;
  }
  state[0].mul_(spec.momentum).add_(g);
  parameter.sub_(spec.nesterov ? g.add(state[0], spec.momentum) : state[0], spec.lr);
}

}  // namespace twin::autograd
