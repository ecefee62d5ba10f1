// torch.nn.CrossEntropyLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/cross_entropy.hpp"

namespace twin::autograd {

/// On rows of logits: a network folds the leading extents.
inline torch::nn::CrossEntropyLoss make_loss(const CrossEntropyLossSpec& spec) {
  return torch::nn::CrossEntropyLoss(torch::nn::CrossEntropyLossOptions().ignore_index(spec.ignore_index));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const CrossEntropyLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor kept = targets.ne(spec.ignore_index);
  const torch::Tensor labels = targets.masked_fill(kept.logical_not(), 0).unsqueeze(1);
  const torch::Tensor log_p = torch::log_softmax(outputs, 1);
  const torch::Tensor share = (kept.to(log_p.scalar_type()) / kept.sum()).unsqueeze(1);
  torch::Tensor p = log_p.exp();
  p.scatter_add_(1, labels, torch::full_like(labels, -1, p.options()));
  return {-(log_p.gather(1, labels) * share).sum(), p * share};
}

}  // namespace twin::autograd
