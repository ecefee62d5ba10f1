// torch.nn.LogSoftmax: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/log_softmax.hpp"

namespace twin::autograd {

inline torch::nn::LogSoftmax make_module(const LogSoftmaxSpec&, const Scope&) {
  return torch::nn::LogSoftmax(torch::nn::LogSoftmaxOptions(-1));
}

}  // namespace twin::autograd
