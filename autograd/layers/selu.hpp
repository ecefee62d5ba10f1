// torch.nn.SELU: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "autograd/layer.hpp"
#include "shared/layers/selu.hpp"

namespace twin::autograd {

inline torch::nn::SELU make_module(const SeluSpec&, const Scope&) { return torch::nn::SELU(); }

}  // namespace twin::autograd
