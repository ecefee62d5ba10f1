// torch.nn.BCEWithLogitsLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/class_weights.hpp"
#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/bce_with_logits.hpp"

namespace twin::autograd {

struct BceWithLogitsLossImpl : torch::nn::BCEWithLogitsLossImpl {
  using BCEWithLogitsLossImpl::BCEWithLogitsLossImpl;
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    bring_to(outputs, pos_weight);
    return BCEWithLogitsLossImpl::forward(outputs, targets);
  }
};
TORCH_MODULE(BceWithLogitsLoss);

inline BceWithLogitsLoss make_loss(const BceWithLogitsLossSpec& spec) {
  return BceWithLogitsLoss(torch::nn::BCEWithLogitsLossOptions()
                               .pos_weight(class_weights(spec.pos_weight))
                               .reduction(torch_reduction(spec.reduction)));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const BceWithLogitsLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const double n = divisor(spec.reduction, outputs.numel());
  if (!spec.pos_weight.empty()) {
    const torch::Tensor wanted = targets * torch::tensor(spec.pos_weight, outputs.options());
    const torch::Tensor both = 1 - targets + wanted;
    const torch::Tensor losses = outputs * (1 - targets) - both * torch::log_sigmoid(outputs);
    return {losses.sum() / n, (both * torch::sigmoid(outputs) - wanted) / n};
  }
  const torch::Tensor losses = outputs * (1 - targets) - torch::log_sigmoid(outputs);
  return {reduced(losses, spec.reduction), (torch::sigmoid(outputs) - targets) / n};
}

}  // namespace twin::autograd
