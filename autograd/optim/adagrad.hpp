// torch.optim.Adagrad.
#pragma once

#include <memory>
#include <torch/optim/adagrad.h>
#include <vector>

#include "autograd/optimizer.hpp"
#include "shared/optim/adagrad.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const AdagradSpec& spec, const std::vector<NamedParameter>& parameters) {
  return std::make_unique<torch::optim::Adagrad>(
      values_of(parameters), torch::optim::AdagradOptions(spec.lr)
                                 .lr_decay(spec.lr_decay)
                                 .weight_decay(spec.weight_decay)
                                 .initial_accumulator_value(spec.initial_accumulator_value)
                                 .eps(spec.eps));
}

// The state is there before the first step.
inline OptimizerState state_of(const AdagradSpec&, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  const auto* state = find_state<torch::optim::AdagradParamState>(optimizer, parameter);
  return {{state->sum()}, state->step()};
}

inline void set_state(const AdagradSpec&, torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                      const OptimizerState& values) {
  auto state = std::make_unique<torch::optim::AdagradParamState>();
  state->sum(values.tensors[0]);
  state->step(values.step);
  put_state(optimizer, parameter, std::move(state));
}

}  // namespace twin::autograd
