// torch.nn.Sigmoid: no backward to write.
#pragma once

#include <torch/nn/modules/activation.h>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using Sigmoid = torch::nn::Sigmoid;

inline Sigmoid make_layer(const SigmoidSpec&) { return Sigmoid(); }

}  // namespace twin::autograd
