// What every optimiser of autograd/optim has in common.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <torch/optim/optimizer.h>
#include <type_traits>
#include <vector>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

struct NamedParameter {
  std::string name;
  torch::Tensor value;
  ParameterRole role;
};

/// What an optimiser remembers of one parameter: the tensors in the order of state_names(), and the steps it
/// has counted. Before a first step there are no tensors, and the count is 0.
struct OptimizerState {
  std::vector<torch::Tensor> tensors;
  std::int64_t step = 0;
};

/// The key of a parameter among an optimiser's states: in LibTorch 1.13 the text of its address, in 2.x the
/// address.
template <typename States>
typename States::key_type state_key(const States&, const torch::Tensor& parameter) {
  if constexpr (std::is_same_v<typename States::key_type, std::string>) {
    std::ostringstream text;
    text << parameter.unsafeGetTensorImpl();
    return text.str();
  } else {
    return parameter.unsafeGetTensorImpl();
  }
}

/// Null before the first step. Kind: torch::optim::SGDParamState, ….
template <typename Kind>
Kind* find_state(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(state_key(optimizer.state(), parameter));
  return found == optimizer.state().end() ? nullptr : static_cast<Kind*>(found->second.get());
}

template <typename Kind>
void put_state(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter,
               std::unique_ptr<Kind> state) {
  optimizer.state()[state_key(optimizer.state(), parameter)] = std::move(state);
}

inline std::vector<torch::Tensor> values_of(const std::vector<NamedParameter>& parameters) {
  std::vector<torch::Tensor> values;
  for (const NamedParameter& p : parameters) values.push_back(p.value);
  return values;
}

}  // namespace twin::autograd
