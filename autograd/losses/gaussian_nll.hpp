// torch.nn.GaussianNLLLoss, which the C++ side of LibTorch lacks: written on tensors as in Python, and still
// there is no backward to write.
#pragma once

#include <cmath>
#include <numbers>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <vector>

#include "autograd/reduction.hpp"
#include "shared/losses/gaussian_nll.hpp"

namespace twin::autograd {

struct GaussianNllLossImpl : torch::nn::Module {
  explicit GaussianNllLossImpl(const GaussianNllLossSpec& spec) : spec(spec) {}
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    const std::vector<torch::Tensor> halves = outputs.chunk(2, -1);
    const torch::Tensor &mean = halves[0], variance = halves[1].clone();
    if (variance.lt(0).any().item<bool>())
      GaussianNllLossSpec::refuse_variance(variance.min().item<double>());
    {
      const torch::NoGradGuard no_grad;  // the gradient goes past the clamp
      variance.clamp_min_(spec.eps);
    }
    torch::Tensor losses = 0.5 * (variance.log() + (mean - targets).square() / variance);
    if (spec.full) losses = losses + 0.5 * std::log(2 * std::numbers::pi);
    return reduced(losses, spec.reduction);
  }
  GaussianNllLossSpec spec;
};
TORCH_MODULE(GaussianNllLoss);

inline GaussianNllLoss make_loss(const GaussianNllLossSpec& spec) { return GaussianNllLoss(spec); }

}  // namespace twin::autograd
