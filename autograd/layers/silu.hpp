// torch.nn.SiLU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/silu.hpp"

namespace twin::autograd {

inline torch::nn::SiLU make_module(const SiluSpec&, const Scope&) { return torch::nn::SiLU(); }

}  // namespace twin::autograd
