// torch.optim.AdamW. What does not decay is a group of its own.
#pragma once

#include <memory>
#include <torch/optim/adamw.h>
#include <vector>

#include "autograd/optimizer.hpp"
#include "shared/optim/adamw.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(
    const AdamwSpec& spec, const std::vector<NamedParameter>& parameters) {
  const auto options = [&](double weight_decay) {
    return torch::optim::AdamWOptions(spec.lr)
        .betas({spec.beta1, spec.beta2})
        .eps(spec.eps)
        .weight_decay(weight_decay)
        .amsgrad(spec.amsgrad);
  };
  std::vector<torch::Tensor> decaying, others;
  for (const NamedParameter& p : parameters) (spec.decays(p.role) ? decaying : others).push_back(p.value);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(decaying, std::make_unique<torch::optim::AdamWOptions>(options(spec.weight_decay)));
  groups.emplace_back(others, std::make_unique<torch::optim::AdamWOptions>(options(0)));
  return std::make_unique<torch::optim::AdamW>(std::move(groups), options(spec.weight_decay));
}

inline OptimizerState state_of(const AdamwSpec& spec, torch::optim::Optimizer& optimizer,
                               const torch::Tensor& parameter) {
  const auto* state = find_state<torch::optim::AdamWParamState>(optimizer, parameter);
  if (!state) return {};
  OptimizerState values{{state->exp_avg(), state->exp_avg_sq()}, state->step()};
  if (spec.amsgrad) values.tensors.push_back(state->max_exp_avg_sq());
  return values;
}

inline void set_state(const AdamwSpec& spec, torch::optim::Optimizer& optimizer,
                      const torch::Tensor& parameter, const OptimizerState& values) {
  auto state = std::make_unique<torch::optim::AdamWParamState>();
  state->exp_avg(values.tensors[0]);
  state->exp_avg_sq(values.tensors[1]);
  if (spec.amsgrad) state->max_exp_avg_sq(values.tensors[2]);
  state->step(values.step);
  put_state(optimizer, parameter, std::move(state));
}

}  // namespace twin::autograd
