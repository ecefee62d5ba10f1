// Attention of Llama and Mistral out of LibTorch's operations: no backward to write.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/grouped_query_attention.hpp"

namespace twin::autograd {

struct GroupedQueryAttentionImpl : torch::nn::Module {
  GroupedQueryAttentionImpl(const GroupedQueryAttentionSpec& s, const Scope& scope) : spec(s) {
    for (const LayerSpec& child : spec.children()) {
      layers.push_back(make_layer(child, scope));
      register_module(child.name, layers.back()->module());
    }
  }

  torch::Tensor forward(const torch::Tensor& x, const Way& way) {
    const std::int64_t n = x.size(0), t = x.size(1), width = spec.head_dim();
    const auto of_heads = [&](const torch::Tensor& y) { return y.view({n, t, -1, width}).transpose(1, 2); };
    const auto of_groups = [&](const torch::Tensor& y) {
      return of_heads(y).repeat_interleave(spec.num_heads / spec.num_key_value_heads, 1);
    };
    torch::Tensor q = layers[0]->forward(x, way), k = layers[1]->forward(x, way);
    const torch::Tensor v = of_groups(layers[2]->forward(x, way));
    q = of_heads(layers[3]->forward(q, way));
    k = of_groups(layers[4]->forward(k, way));
    const torch::Tensor all = torch::ones({t, t}, x.options().dtype(torch::kBool));
    torch::Tensor hidden = all.triu(1);
    if (spec.sliding_window) hidden = hidden.logical_or(all.tril(-*spec.sliding_window));
    const torch::Tensor scores = (q.matmul(k.transpose(2, 3)) / std::sqrt(static_cast<double>(width)))
                                     .masked_fill(hidden, -std::numeric_limits<double>::infinity());
    return layers[5]->forward(scores.softmax(-1).matmul(v).transpose(1, 2).reshape(x.sizes()), way);
  }

  void collect(std::vector<Carried>& carried) const {
    for (const std::unique_ptr<Layer>& layer : layers) layer->collect(carried);
  }

  GroupedQueryAttentionSpec spec;
  std::vector<std::unique_ptr<Layer>> layers;  // q_proj, k_proj, v_proj, q_rotary, k_rotary, o_proj
};
TORCH_MODULE(GroupedQueryAttention);

inline GroupedQueryAttention make_module(const GroupedQueryAttentionSpec& spec, const Scope& scope) {
  return GroupedQueryAttention(spec, scope);
}

}  // namespace twin::autograd
