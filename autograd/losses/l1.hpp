// torch.nn.L1Loss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/l1.hpp"

namespace twin::autograd {

inline torch::nn::L1Loss make_loss(const L1LossSpec&) { return torch::nn::L1Loss(); }

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const L1LossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor difference = outputs - targets;
  return {difference.abs().mean(), difference.sign() / static_cast<double>(difference.numel())};
}

}  // namespace twin::autograd
