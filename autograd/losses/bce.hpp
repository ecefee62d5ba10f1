// torch.nn.BCELoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/bce.hpp"

namespace twin::autograd {

inline torch::nn::BCELoss make_loss(const BceLossSpec& spec) {
  return torch::nn::BCELoss(torch::nn::BCELossOptions().reduction(torch_reduction(spec.reduction)));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const BceLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor variance = ((1 - outputs) * outputs).clamp_min(BceLossSpec::kSmallestVariance);
  const auto log = [](const torch::Tensor& p) { return p.log().clamp_min(BceLossSpec::kSmallestLog); };
  return {reduced((targets - 1) * log(1 - outputs) - targets * log(outputs), spec.reduction),
          (outputs - targets) / variance / divisor(spec.reduction, outputs.numel())};
}

}  // namespace twin::autograd
