// torch.nn.Softmax: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/softmax.hpp"

namespace twin::autograd {

inline torch::nn::Softmax make_module(const SoftmaxSpec&, const Scope&) {
  return torch::nn::Softmax(torch::nn::SoftmaxOptions(-1));
}

}  // namespace twin::autograd
