// LibTorch's words for how a loss makes one number of the losses of its elements.
#pragma once

#include <torch/nn/options/loss.h>

#include "shared/specs/reduction.hpp"

namespace twin::autograd {

/// For the options of a module of torch::nn.
inline torch::nn::L1LossOptions::reduction_t torch_reduction(Reduction reduction) {
  if (reduction == Reduction::sum) return torch::kSum;
  return torch::kMean;
}

/// For a loss that is written on tensors.
inline torch::Tensor reduced(const torch::Tensor& losses, Reduction reduction) {
  return reduction == Reduction::sum ? losses.sum() : losses.mean();
}

}  // namespace twin::autograd
