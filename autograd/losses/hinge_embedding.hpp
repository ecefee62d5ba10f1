// torch.nn.HingeEmbeddingLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/hinge_embedding.hpp"

namespace twin::autograd {

inline torch::nn::HingeEmbeddingLoss make_loss(const HingeEmbeddingLossSpec& spec) {
  return torch::nn::HingeEmbeddingLoss(torch::nn::HingeEmbeddingLossOptions().margin(spec.margin));
}

}  // namespace twin::autograd
