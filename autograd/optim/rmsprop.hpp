// torch.optim.RMSprop.
#pragma once

#include <memory>
#include <torch/optim/rmsprop.h>
#include <vector>

#include "autograd/optimizer.hpp"
#include "shared/optim/rmsprop.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const RmspropSpec& spec, const std::vector<NamedParameter>& parameters) {
  return std::make_unique<torch::optim::RMSprop>(values_of(parameters), torch::optim::RMSpropOptions(spec.lr)
                                                                            .alpha(spec.alpha)
                                                                            .eps(spec.eps)
                                                                            .weight_decay(spec.weight_decay)
                                                                            .momentum(spec.momentum)
                                                                            .centered(spec.centered));
}

inline OptimizerState state_of(const RmspropSpec& spec, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  const auto* state = find_state<torch::optim::RMSpropParamState>(optimizer, parameter);
  if (!state) return {};
  OptimizerState values{{state->square_avg()}, state->step()};
  if (spec.momentum != 0) values.tensors.push_back(state->momentum_buffer());
  if (spec.centered) values.tensors.push_back(state->grad_avg());
  return values;
}

inline void set_state(const RmspropSpec& spec, torch::optim::Optimizer& optimizer,
                      const torch::Tensor& parameter, const OptimizerState& values) {
  auto state = std::make_unique<torch::optim::RMSpropParamState>();
  state->square_avg(values.tensors[0]);
  if (spec.momentum != 0) state->momentum_buffer(values.tensors[1]);
  if (spec.centered) state->grad_avg(values.tensors.back());
  state->step(values.step);
  put_state(optimizer, parameter, std::move(state));
}

}  // namespace twin::autograd
