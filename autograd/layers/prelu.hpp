// torch.nn.PReLU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/prelu.hpp"

namespace twin::autograd {

inline torch::nn::PReLU make_module(const PreluSpec& spec, const Scope&) {
  return torch::nn::PReLU(torch::nn::PReLUOptions().num_parameters(spec.num_parameters));
}

}  // namespace twin::autograd
