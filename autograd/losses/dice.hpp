// One minus Dice's coefficient; LibTorch has no module for it, and still there is no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/dice.hpp"

namespace twin::autograd {

struct DiceLossImpl : torch::nn::Module {
  explicit DiceLossImpl(const DiceLossSpec& spec) : spec(spec) {}
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    const torch::Tensor p = outputs.flatten(1), g = targets.flatten(1);
    const torch::Tensor overlap = 2 * (p * g).sum(1) + spec.smooth;
    const torch::Tensor size = p.square().sum(1) + g.square().sum(1) + spec.smooth;
    return (1 - overlap / size).mean();
  }
  DiceLossSpec spec;
};
TORCH_MODULE(DiceLoss);

inline DiceLoss make_loss(const DiceLossSpec& spec) { return DiceLoss(spec); }

}  // namespace twin::autograd
