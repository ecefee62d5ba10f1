// torch.nn.SmoothL1Loss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/smooth_l1.hpp"

namespace twin::autograd {

inline torch::nn::SmoothL1Loss make_loss(const SmoothL1LossSpec& spec) {
  return torch::nn::SmoothL1Loss(
      torch::nn::SmoothL1LossOptions().reduction(torch_reduction(spec.reduction)).beta(spec.beta));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const SmoothL1LossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor difference = outputs - targets, distance = difference.abs();
  const torch::Tensor curved = distance.clamp_max(spec.beta);
  return {reduced(curved * (distance - curved / 2) / spec.beta, spec.reduction),
          difference / distance.clamp_min(spec.beta) / divisor(spec.reduction, outputs.numel())};
}

}  // namespace twin::autograd
