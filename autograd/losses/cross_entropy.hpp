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

// For autograd/variants/control.hpp, where no label is ignored.
inline LossAndError control_loss(const CrossEntropyLossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor log_p = torch::log_softmax(outputs, 1);
  const torch::Tensor labels = targets.unsqueeze(1);
  torch::Tensor p = log_p.exp();
  p.scatter_add_(1, labels, torch::full_like(labels, -1, p.options()));
  return {-log_p.gather(1, labels).mean(), p / static_cast<double>(p.size(0))};
}

}  // namespace twin::autograd
