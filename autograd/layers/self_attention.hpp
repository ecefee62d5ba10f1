// Causal self-attention out of LibTorch's operations: no backward to write.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/self_attention.hpp"

namespace twin::autograd {

struct SelfAttentionImpl : torch::nn::Module {
  SelfAttentionImpl(const SelfAttentionSpec& spec, const Scope& scope) : heads(spec.heads) {
    for (const LayerSpec& child : spec.children()) {
      projections.push_back(make_layer(child, scope));
      register_module(child.name, projections.back()->module());
    }
  }

  torch::Tensor forward(const torch::Tensor& x, const Way& way) {
    const std::int64_t n = x.size(0), t = x.size(1), width = x.size(2) / heads;
    const auto of_heads = [&](const torch::Tensor& y) {
      return y.view({n, t, heads, width}).transpose(1, 2);
    };
    const torch::Tensor q = of_heads(projections[0]->forward(x, way));
    const torch::Tensor k = of_heads(projections[1]->forward(x, way));
    const torch::Tensor v = of_heads(projections[2]->forward(x, way));
    const torch::Tensor ahead = torch::ones({t, t}, x.options().dtype(torch::kBool)).triu(1);
    const torch::Tensor scores = (q.matmul(k.transpose(2, 3)) / std::sqrt(static_cast<double>(width)))
                                     .masked_fill(ahead, -std::numeric_limits<double>::infinity());
    return projections[3]->forward(scores.softmax(-1).matmul(v).transpose(1, 2).reshape(x.sizes()), way);
  }

  void collect(std::vector<Carried>& carried) const {
    for (const std::unique_ptr<Layer>& projection : projections) projection->collect(carried);
  }

  std::int64_t heads;
  std::vector<std::unique_ptr<Layer>> projections;  // q_proj, k_proj, v_proj, o_proj
};
TORCH_MODULE(SelfAttention);

inline SelfAttention make_module(const SelfAttentionSpec& spec, const Scope& scope) {
  return SelfAttention(spec, scope);
}

}  // namespace twin::autograd
