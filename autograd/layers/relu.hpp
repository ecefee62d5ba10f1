// torch.nn.ReLU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/relu.hpp"

namespace twin::autograd {

inline torch::nn::ReLU make_module(const ReluSpec&, const Scope&) { return torch::nn::ReLU(); }

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const ReluSpec&, const Own&, const torch::Tensor& x) {
  return torch::relu(x);
}

// For autograd/variants/control.hpp.
inline torch::Tensor control_forward(const ReluSpec&, const Own&, const torch::Tensor& x) {
  return x.clamp_min(0);
}
inline torch::Tensor control_backward(const ReluSpec&, const Own&, Own&, const torch::Tensor& x,
                                      const torch::Tensor&, const torch::Tensor& d_y, bool with_input) {
  return with_input ? d_y * (x > 0) : torch::Tensor();
}

}  // namespace twin::autograd
