// Optimisers that LibTorch's C++ side does not have: a torch::optim::Optimizer around a rule on tensors.
#pragma once

#include <functional>
#include <memory>
#include <torch/utils.h>
#include <utility>
#include <vector>

#include "autograd/optimizer.hpp"

namespace twin::autograd {

/// Moves the parameter w by its gradient g at the rate lr. The state counts this step already: 1 in the
/// first.
using TensorRule =
    std::function<void(torch::Tensor& w, const torch::Tensor& g, double lr, OptimizerState& state)>;

struct TensorOptimizerOptions : torch::optim::OptimizerCloneableOptions<TensorOptimizerOptions> {
  explicit TensorOptimizerOptions(double rate) : lr(rate) {}
  double get_lr() const override { return lr; }
  void set_lr(const double rate) override { lr = rate; }
  double lr;
};

struct TensorOptimizerState : torch::optim::OptimizerCloneableParamState<TensorOptimizerState> {
  OptimizerState values;
};

class TensorOptimizer final : public torch::optim::Optimizer {
 public:
  /// Each parameter has so many states, which start at 0.
  TensorOptimizer(const std::vector<NamedParameter>& parameters, double lr, std::size_t states,
                  TensorRule rule)
      : Optimizer(values_of(parameters), std::make_unique<TensorOptimizerOptions>(lr)),
        states_(states),
        rule_(std::move(rule)) {}

  torch::Tensor step(LossClosure = nullptr) override {
    torch::NoGradGuard no_grad;
    for (auto& group : param_groups_)
      for (torch::Tensor& w : group.params()) {
        if (!w.grad().defined()) continue;
        OptimizerState& state = state_of_parameter(w);
        ++state.step;
        rule_(w, w.grad(), group.options().get_lr(), state);
      }
    return {};
  }

 private:
  OptimizerState& state_of_parameter(const torch::Tensor& w) {
    if (auto* found = find_state<TensorOptimizerState>(*this, w)) return found->values;
    auto made = std::make_unique<TensorOptimizerState>();
    for (std::size_t k = 0; k < states_; ++k) made->values.tensors.push_back(torch::zeros_like(w));
    put_state(*this, w, std::move(made));
    return find_state<TensorOptimizerState>(*this, w)->values;
  }

  std::size_t states_;
  TensorRule rule_;
};

inline OptimizerState tensor_state_of(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter) {
  const auto* state = find_state<TensorOptimizerState>(optimizer, parameter);
  return state ? state->values : OptimizerState{};
}

inline void set_tensor_state(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
                             const OptimizerState& values) {
  auto state = std::make_unique<TensorOptimizerState>();
  state->values = values;
  put_state(optimizer, parameter, std::move(state));
}

}  // namespace twin::autograd
