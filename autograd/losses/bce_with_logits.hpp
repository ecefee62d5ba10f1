// torch.nn.BCEWithLogitsLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/bce_with_logits.hpp"

namespace twin::autograd {

inline torch::nn::BCEWithLogitsLoss make_loss(const BceWithLogitsLossSpec&) {
  return torch::nn::BCEWithLogitsLoss();
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const BceWithLogitsLossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor losses = outputs * (1 - targets) - torch::log_sigmoid(outputs);
  return {losses.mean(), (torch::sigmoid(outputs) - targets) / static_cast<double>(outputs.numel())};
}

}  // namespace twin::autograd
