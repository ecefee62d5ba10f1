// torch.nn.CrossEntropyLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using CrossEntropyLoss = torch::nn::CrossEntropyLoss;

inline CrossEntropyLoss make_loss(const CrossEntropyLossSpec&) { return CrossEntropyLoss(); }

}  // namespace twin::autograd
