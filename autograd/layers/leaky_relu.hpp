// torch.nn.LeakyReLU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/leaky_relu.hpp"

namespace twin::autograd {

inline torch::nn::LeakyReLU make_module(const LeakyReluSpec& spec, const Scope&) {
  return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(spec.negative_slope));
}

}  // namespace twin::autograd
