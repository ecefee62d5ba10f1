// torchvision.ops.sigmoid_focal_loss, on tensors: no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "autograd/reduction.hpp"
#include "shared/losses/focal.hpp"

namespace twin::autograd {

struct FocalLossImpl : torch::nn::Module {
  explicit FocalLossImpl(const FocalLossSpec& spec) : spec(spec) {}
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    const torch::Tensor p = outputs.sigmoid(), p_t = p * targets + (1 - p) * (1 - targets);
    torch::Tensor losses =
        torch::binary_cross_entropy_with_logits(outputs, targets, {}, {}, torch::Reduction::None) *
        (1 - p_t).pow(spec.gamma);
    if (spec.balances()) losses = losses * (spec.alpha * targets + (1 - spec.alpha) * (1 - targets));
    return reduced(losses, spec.reduction);
  }
  FocalLossSpec spec;
};
TORCH_MODULE(FocalLoss);

inline FocalLoss make_loss(const FocalLossSpec& spec) { return FocalLoss(spec); }

}  // namespace twin::autograd
