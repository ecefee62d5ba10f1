// torch.nn.KLDivLoss: no backward to write. (The module of LibTorch warns of its own default in every step;
// it is the function that this one calls.)
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/kl_div.hpp"

namespace twin::autograd {

struct KlDivLossImpl : torch::nn::Module {
  explicit KlDivLossImpl(const KlDivLossSpec& spec) : spec(spec) {}
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    using Reduction = KlDivLossSpec::Reduction;
    if (spec.reduction == Reduction::mean)
      return torch::kl_div(outputs, targets, torch::Reduction::Mean, spec.log_target);
    const torch::Tensor sum = torch::kl_div(outputs, targets, torch::Reduction::Sum, spec.log_target);
    return spec.reduction == Reduction::batchmean ? sum / outputs.size(0) : sum;
  }
  KlDivLossSpec spec;
};
TORCH_MODULE(KlDivLoss);

inline KlDivLoss make_loss(const KlDivLossSpec& spec) { return KlDivLoss(spec); }

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const KlDivLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor t = spec.log_target ? targets.exp() : targets;
  const torch::Tensor losses = (spec.log_target ? t * targets : torch::xlogy(t, t)) - t * outputs;
  const double n = spec.divisor(static_cast<double>(outputs.size(0)), static_cast<double>(outputs.numel()));
  return {losses.sum() / n, t / -n};
}

}  // namespace twin::autograd
