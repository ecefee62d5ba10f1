// torch.nn.CosineEmbeddingLoss on pairs that lie side by side: no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/cosine_embedding.hpp"

namespace twin::autograd {

struct CosineEmbeddingLossImpl : torch::nn::Module {
  explicit CosineEmbeddingLossImpl(double margin) : margin_(margin) {}

  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return torch::cosine_embedding_loss(outputs.select(1, 0), outputs.select(1, 1), targets, margin_);
  }

 private:
  double margin_;
};
TORCH_MODULE(CosineEmbeddingLoss);

inline CosineEmbeddingLoss make_loss(const CosineEmbeddingLossSpec& spec) {
  return CosineEmbeddingLoss(spec.margin);
}

}  // namespace twin::autograd
