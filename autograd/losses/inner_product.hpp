// The sum of outputs times targets; LibTorch has no module for it, and still there is no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/inner_product.hpp"

namespace twin::autograd {

struct InnerProductLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return (outputs * targets).sum();
  }
};
TORCH_MODULE(InnerProductLoss);

inline InnerProductLoss make_loss(const InnerProductLossSpec&) { return InnerProductLoss(); }

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const InnerProductLossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  return {(outputs * targets).sum(), targets};
}

}  // namespace twin::autograd
