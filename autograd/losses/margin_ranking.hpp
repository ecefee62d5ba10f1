// torch.nn.MarginRankingLoss on pairs that lie side by side: no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/margin_ranking.hpp"

namespace twin::autograd {

struct MarginRankingLossImpl : torch::nn::Module {
  explicit MarginRankingLossImpl(double margin) : margin_(margin) {}

  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return torch::margin_ranking_loss(outputs.select(1, 0), outputs.select(1, 1), targets, margin_);
  }

 private:
  double margin_;
};
TORCH_MODULE(MarginRankingLoss);

inline MarginRankingLoss make_loss(const MarginRankingLossSpec& spec) {
  return MarginRankingLoss(spec.margin);
}

}  // namespace twin::autograd
