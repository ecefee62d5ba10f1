// torch.nn.MultiheadAttention, which in C++ has time first: no backward to write. Its mask of keys cannot be
// a number that is added, in LibTorch's C++: a layer with one is written out.
#pragma once

#include <cmath>
#include <limits>
#include <torch/nn/modules/activation.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <tuple>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/multihead_attention.hpp"

namespace twin::autograd {

struct MultiheadAttentionImpl : torch::nn::MultiheadAttentionImpl {
  explicit MultiheadAttentionImpl(const MultiheadAttentionSpec& s)
      : torch::nn::MultiheadAttentionImpl(
            torch::nn::MultiheadAttentionOptions(s.embed_dim, s.num_heads).bias(s.bias)),
        spec(s) {}

  /// further: of cross-attention, key and value; then the mask, if the layer takes one. (LibTorch takes key
  /// and value for one where all their numbers are equal, and then hands the gradients of both to the key.)
  torch::Tensor forward(const torch::Tensor& x, const NamedInputs& further) {
    const torch::Tensor& key = spec.cross ? further[0].second : x;
    const torch::Tensor& value = spec.cross ? further[1].second : x;
    torch::Tensor ahead;
    if (spec.is_causal)
      ahead =
          torch::full({x.size(1), x.size(1)}, -std::numeric_limits<double>::infinity(), x.options()).triu(1);
    if (spec.key_padding_mask) return masked(x, key, value, further.back().second, ahead);
    const torch::Tensor query = x.transpose(0, 1);
    return std::get<0>(torch::nn::MultiheadAttentionImpl::forward(
                           query, spec.cross ? key.transpose(0, 1) : query,
                           spec.cross ? value.transpose(0, 1) : query, /*key_padding_mask=*/{},
                           /*need_weights=*/false, ahead))
        .transpose(0, 1);
  }

  /// mask: N×S. ahead: undefined, or T×S, added to the scores too.
  torch::Tensor masked(const torch::Tensor& x, const torch::Tensor& key, const torch::Tensor& value,
                       const torch::Tensor& mask, const torch::Tensor& ahead) {
    const std::vector<torch::Tensor> weights = in_proj_weight.chunk(3);
    const std::vector<torch::Tensor> biases =
        spec.bias ? in_proj_bias.chunk(3) : std::vector<torch::Tensor>(3);
    const auto heads = [&](const torch::Tensor& from, std::size_t i) {
      return torch::linear(from, weights[i], biases[i])
          .view({from.size(0), from.size(1), spec.num_heads, -1})
          .transpose(1, 2);
    };
    torch::Tensor scores =
        heads(x, 0).matmul(heads(key, 1).transpose(2, 3)) / std::sqrt(static_cast<double>(head_dim)) +
        mask.unsqueeze(1).unsqueeze(2);
    if (ahead.defined()) scores = scores + ahead;
    return out_proj(scores.softmax(-1).matmul(heads(value, 2)).transpose(1, 2).flatten(2));
  }

  MultiheadAttentionSpec spec;
};
TORCH_MODULE(MultiheadAttention);

inline MultiheadAttention make_module(const MultiheadAttentionSpec& spec, const Scope&) {
  return MultiheadAttention(spec);
}

}  // namespace twin::autograd
