// torch.nn.Softplus: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/softplus.hpp"

namespace twin::autograd {

inline torch::nn::Softplus make_module(const SoftplusSpec& spec, const Scope&) {
  return torch::nn::Softplus(torch::nn::SoftplusOptions().beta(spec.beta).threshold(spec.threshold));
}

}  // namespace twin::autograd
