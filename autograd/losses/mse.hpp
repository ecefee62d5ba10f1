// torch.nn.MSELoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/mse.hpp"

namespace twin::autograd {

inline torch::nn::MSELoss make_loss(const MseLossSpec&) { return torch::nn::MSELoss(); }

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const MseLossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor difference = outputs - targets;
  return {difference.square().mean(), difference * (2.0 / static_cast<double>(difference.numel()))};
}

}  // namespace twin::autograd
