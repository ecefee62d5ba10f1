// An embedding's weight once more: autograd adds both gradients up by itself.
#pragma once

#include <torch/nn/functional/linear.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "autograd/layer.hpp"
#include "shared/layers/tied_dense.hpp"

namespace twin::autograd {

struct TiedDenseImpl : torch::nn::Module {
  explicit TiedDenseImpl(torch::Tensor embedding_weight) : weight(std::move(embedding_weight)) {}
  torch::Tensor forward(const torch::Tensor& x) { return torch::nn::functional::linear(x, weight); }
  torch::Tensor weight;  // registered by its owner
};
TORCH_MODULE(TiedDense);

/// Throws LayerError when there is no embedding at the specification's path, or of other sizes.
inline TiedDense make_module(const TiedDenseSpec& spec, const Scope& scope) {
  const auto found = scope.shared->find(spec.embedding);
  spec.expect_weight(found != scope.shared->end() ? found->second.sizes().vec() : Shape{}, scope.path);
  return TiedDense(found->second);
}

}  // namespace twin::autograd
