// torch.nn.L1Loss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/l1.hpp"

namespace twin::autograd {

inline torch::nn::L1Loss make_loss(const L1LossSpec& spec) {
  return torch::nn::L1Loss(torch::nn::L1LossOptions().reduction(torch_reduction(spec.reduction)));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const L1LossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor difference = outputs - targets;
  return {reduced(difference.abs(), spec.reduction),
          difference.sign() / divisor(spec.reduction, difference.numel())};
}

}  // namespace twin::autograd
