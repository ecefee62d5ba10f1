// torch.nn.HuberLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/huber.hpp"

namespace twin::autograd {

inline torch::nn::HuberLoss make_loss(const HuberLossSpec& spec) {
  return torch::nn::HuberLoss(
      torch::nn::HuberLossOptions().reduction(torch_reduction(spec.reduction)).delta(spec.delta));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const HuberLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor difference = outputs - targets, distance = difference.abs();
  const torch::Tensor curved = distance.clamp_max(spec.delta);
  return {reduced(curved * (distance - curved / 2), spec.reduction),
          difference.clamp(-spec.delta, spec.delta) / divisor(spec.reduction, outputs.numel())};
}

}  // namespace twin::autograd
