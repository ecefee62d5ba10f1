// The squared hinge loss; LibTorch has no module for it, and still there is no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/squared_hinge.hpp"

namespace twin::autograd {

struct SquaredHingeLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return torch::relu(1 - targets * outputs).square().mean();
  }
};
TORCH_MODULE(SquaredHingeLoss);

inline SquaredHingeLoss make_loss(const SquaredHingeLossSpec&) { return SquaredHingeLoss(); }

}  // namespace twin::autograd
