// torch.nn.NLLLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/class_weights.hpp"
#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/nll.hpp"

namespace twin::autograd {

/// On rows of log-probabilities: a network folds the leading extents.
struct NllLossImpl : torch::nn::NLLLossImpl {
  using NLLLossImpl::NLLLossImpl;
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& labels) {
    bring_to(outputs, weight);
    return NLLLossImpl::forward(outputs, labels);
  }
};
TORCH_MODULE(NllLoss);

inline NllLoss make_loss(const NllLossSpec& spec) {
  return NllLoss(torch::nn::NLLLossOptions()
                     .weight(class_weights(spec.weight))
                     .ignore_index(spec.ignore_index)
                     .reduction(torch_reduction(spec.reduction)));
}

}  // namespace twin::autograd
