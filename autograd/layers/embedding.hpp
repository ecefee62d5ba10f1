// torch.nn.Embedding: no backward to write.
#pragma once

#include <torch/nn/modules/embedding.h>

#include "autograd/layer.hpp"
#include "shared/layers/embedding.hpp"

namespace twin::autograd {

inline torch::nn::Embedding make_module(const EmbeddingSpec& spec, const Scope& scope) {
  torch::nn::EmbeddingOptions options(spec.num_embeddings, spec.embedding_dim);
  if (spec.padding_idx) options.padding_idx(*spec.padding_idx);
  torch::nn::Embedding embedding(options);
  scope.shared->emplace(scope.path, embedding->weight);
  return embedding;
}

}  // namespace twin::autograd
