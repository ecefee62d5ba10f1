// torch.optim.SGD.
#pragma once

#include <memory>
#include <sstream>
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

/// Undefined before the first step.
inline torch::Tensor momentum_buffer(torch::optim::SGD& optimizer, const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(state_key(optimizer.state(), parameter));
  if (found == optimizer.state().end()) return {};
  return static_cast<const torch::optim::SGDParamState&>(*found->second).momentum_buffer();
}

inline void set_momentum_buffer(torch::optim::SGD& optimizer, const torch::Tensor& parameter,
                                const torch::Tensor& buffer) {
  auto state = std::make_unique<torch::optim::SGDParamState>();
  state->momentum_buffer(buffer);
  optimizer.state()[state_key(optimizer.state(), parameter)] = std::move(state);
}

}  // namespace twin::autograd
