// torch.nn.SoftMarginLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/soft_margin.hpp"

namespace twin::autograd {

inline torch::nn::SoftMarginLoss make_loss(const SoftMarginLossSpec&) { return torch::nn::SoftMarginLoss(); }

}  // namespace twin::autograd
