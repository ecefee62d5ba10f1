// torch.nn.Tanh: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/tanh.hpp"

namespace twin::autograd {

inline torch::nn::Tanh make_module(const TanhSpec&, const Scope&) { return torch::nn::Tanh(); }

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const TanhSpec&, const Own&, const torch::Tensor& x) {
  return torch::tanh(x);
}

// For autograd/variants/control.hpp.
inline torch::Tensor control_forward(const TanhSpec&, const Own&, const torch::Tensor& x) {
  return torch::tanh(x);
}
inline torch::Tensor control_backward(const TanhSpec&, const Own&, Own&, const torch::Tensor&,
                                      const torch::Tensor& y, const torch::Tensor& d_y, bool with_input) {
  return with_input ? d_y * (1 - y * y) : torch::Tensor();
}

}  // namespace twin::autograd
