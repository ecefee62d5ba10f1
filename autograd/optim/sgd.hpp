// torch.optim.SGD.
#pragma once

#include <memory>
#include <string>
#include <torch/optim/sgd.h>
#include <type_traits>
#include <vector>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

inline std::unique_ptr<torch::optim::SGD> make_optimizer(const SgdSpec& spec,
                                                         std::vector<torch::Tensor> parameters) {
  return std::make_unique<torch::optim::SGD>(std::move(parameters),
                                             torch::optim::SGDOptions(spec.lr).momentum(spec.momentum));
}

/// What SGD remembers of a parameter; made when it is not there yet. Its key changed from a string
/// (LibTorch 1.13) to a pointer (2.x).
inline torch::optim::SGDParamState& sgd_state(torch::optim::SGD& optimizer, const torch::Tensor& parameter) {
  const auto find = [](auto& states, const auto* key) -> std::unique_ptr<torch::optim::OptimizerParamState>& {
    if constexpr (std::is_same_v<typename std::decay_t<decltype(states)>::key_type, std::string>)
      return states[c10::guts::to_string(key)];
    else
      return states[const_cast<void*>(static_cast<const void*>(key))];
  };
  std::unique_ptr<torch::optim::OptimizerParamState>& state =
      find(optimizer.state(), parameter.unsafeGetTensorImpl());
  if (!state) state = std::make_unique<torch::optim::SGDParamState>();
  return static_cast<torch::optim::SGDParamState&>(*state);
}

}  // namespace twin::autograd
