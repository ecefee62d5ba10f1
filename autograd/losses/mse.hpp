// torch.nn.MSELoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using MseLoss = torch::nn::MSELoss;

inline MseLoss make_loss(const MseLossSpec&) { return MseLoss(); }

}  // namespace twin::autograd
