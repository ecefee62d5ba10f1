// The hinge loss; LibTorch has no module for it, and still there is no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/hinge.hpp"

namespace twin::autograd {

struct HingeLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return torch::relu(1 - targets * outputs).mean();
  }
};
TORCH_MODULE(HingeLoss);

inline HingeLoss make_loss(const HingeLossSpec&) { return HingeLoss(); }

}  // namespace twin::autograd
