// torch.nn.MultiMarginLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/multi_margin.hpp"

namespace twin::autograd {

/// On rows of scores: a network folds the leading extents.
inline torch::nn::MultiMarginLoss make_loss(const MultiMarginLossSpec& spec) {
  return torch::nn::MultiMarginLoss(torch::nn::MultiMarginLossOptions().p(spec.p).margin(spec.margin));
}

}  // namespace twin::autograd
