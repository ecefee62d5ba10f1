// The mean logarithm of the hyperbolic cosine of the error; LibTorch has no module for it, and still there is
// no backward to write.
#pragma once

#include <numbers>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/log_cosh.hpp"

namespace twin::autograd {

struct LogCoshLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    const torch::Tensor d = outputs - targets;
    return (torch::logaddexp(d, -d) - std::numbers::ln2).mean();  // cosh itself would overflow
  }
};
TORCH_MODULE(LogCoshLoss);

inline LogCoshLoss make_loss(const LogCoshLossSpec&) { return LogCoshLoss(); }

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const LogCoshLossSpec&, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor d = outputs - targets;
  return {(torch::logaddexp(d, -d) - std::numbers::ln2).mean(), d.tanh() / static_cast<double>(d.numel())};
}

}  // namespace twin::autograd
