// torch.nn.ELU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/elu.hpp"

namespace twin::autograd {

inline torch::nn::ELU make_module(const EluSpec& spec, const Scope&) {
  return torch::nn::ELU(torch::nn::ELUOptions().alpha(spec.alpha));
}

}  // namespace twin::autograd
