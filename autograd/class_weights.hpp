// Weights of classes, which a module of torch::nn is given before anybody knows the dtype and the device of
// its outputs.
#pragma once

#include <torch/types.h>
#include <vector>

namespace twin::autograd {

/// Undefined where there are none: PyTorch's default.
inline torch::Tensor class_weights(const std::vector<double>& weights) {
  return weights.empty() ? torch::Tensor() : torch::tensor(weights, torch::kFloat64);
}

/// Converts them when they have another dtype or are elsewhere, which is once.
inline void bring_to(const torch::Tensor& outputs, torch::Tensor& weights) {
  if (weights.defined()) weights = weights.to(outputs.options());
}

}  // namespace twin::autograd
