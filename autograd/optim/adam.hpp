// torch.optim.Adam.
#pragma once

#include <memory>
#include <torch/optim/adam.h>
#include <vector>

#include "autograd/optimizer.hpp"
#include "shared/optim/adam.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const AdamSpec& spec, const std::vector<NamedParameter>& parameters) {
  return std::make_unique<torch::optim::Adam>(values_of(parameters), torch::optim::AdamOptions(spec.lr)
                                                                         .betas({spec.beta1, spec.beta2})
                                                                         .eps(spec.eps)
                                                                         .weight_decay(spec.weight_decay)
                                                                         .amsgrad(spec.amsgrad));
}

inline OptimizerState state_of(const AdamSpec& spec, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  const auto* state = find_state<torch::optim::AdamParamState>(optimizer, parameter);
  if (!state) return {};
  OptimizerState values{{state->exp_avg(), state->exp_avg_sq()}, state->step()};
  if (spec.amsgrad) values.tensors.push_back(state->max_exp_avg_sq());
  return values;
}

inline void set_state(const AdamSpec& spec, torch::optim::Optimizer& optimizer,
                      const torch::Tensor& parameter, const OptimizerState& values) {
  auto state = std::make_unique<torch::optim::AdamParamState>();
  state->exp_avg(values.tensors[0]);
  state->exp_avg_sq(values.tensors[1]);
  if (spec.amsgrad) state->max_exp_avg_sq(values.tensors[2]);
  state->step(values.step);
  put_state(optimizer, parameter, std::move(state));
}

}  // namespace twin::autograd
