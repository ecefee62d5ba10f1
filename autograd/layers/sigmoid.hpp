// torch.nn.Sigmoid: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/sigmoid.hpp"

namespace twin::autograd {

inline torch::nn::Sigmoid make_module(const SigmoidSpec&, const Scope&) { return torch::nn::Sigmoid(); }

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const SigmoidSpec&, const Own&, const torch::Tensor& x) {
  return torch::sigmoid(x);
}

// For autograd/variants/control.hpp.
inline torch::Tensor control_forward(const SigmoidSpec&, const Own&, const torch::Tensor& x) {
  return torch::sigmoid(x);
}
inline torch::Tensor control_backward(const SigmoidSpec&, const Own&, Own&, const torch::Tensor&,
                                      const torch::Tensor& y, const torch::Tensor& d_y, bool with_input) {
  return with_input ? d_y * (y * (1 - y)) : torch::Tensor();
}

}  // namespace twin::autograd
