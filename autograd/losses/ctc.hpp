// torch.nn.CTCLoss on logits in our layout: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/ctc.hpp"

namespace twin::autograd {

struct CtcLossImpl : torch::nn::Module {
  explicit CtcLossImpl(const CtcLossSpec& spec)
      : loss_(torch::nn::CTCLossOptions().blank(spec.blank).zero_infinity(spec.zero_infinity)) {}

  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    const torch::Tensor log_probabilities = torch::log_softmax(outputs, 2).transpose(0, 1);
    const torch::Tensor steps = targets.ne(CtcLossSpec::kNoStep).sum(1), labels = targets.ge(0).sum(1);
    return loss_->forward(log_probabilities, targets, steps, labels);
  }

 private:
  torch::nn::CTCLoss loss_;
};
TORCH_MODULE(CtcLoss);

inline CtcLoss make_loss(const CtcLossSpec& spec) { return CtcLoss(spec); }

}  // namespace twin::autograd
