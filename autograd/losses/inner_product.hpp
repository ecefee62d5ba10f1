// The sum of outputs times targets; LibTorch has no module for it, and still there is no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

struct InnerProductLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return (outputs * targets).sum();
  }
};
TORCH_MODULE(InnerProductLoss);

inline InnerProductLoss make_loss(const InnerProductLossSpec&) { return InnerProductLoss(); }

}  // namespace twin::autograd
