// torch.nn.Embedding: no backward to write.
#pragma once

#include <torch/nn/modules/embedding.h>

#include "autograd/layer.hpp"
#include "shared/layers/embedding.hpp"

namespace twin::autograd {

inline torch::nn::Embedding make_module(const EmbeddingSpec& spec, const Scope& scope) {
  torch::nn::Embedding embedding(spec.num_embeddings, spec.embedding_dim);
  scope.shared->emplace(scope.path, embedding->weight);
  return embedding;
}

}  // namespace twin::autograd
