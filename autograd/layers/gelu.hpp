// torch.nn.GELU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/gelu.hpp"

namespace twin::autograd {

inline torch::nn::GELU make_module(const GeluSpec& spec, const Scope&) {
  return torch::nn::GELU(torch::nn::GELUOptions().approximate(spec.approximate));
}

}  // namespace twin::autograd
