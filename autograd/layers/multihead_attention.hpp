// torch.nn.MultiheadAttention, which in C++ has time first: no backward to write.
#pragma once

#include <limits>
#include <torch/nn/modules/activation.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <tuple>

#include "autograd/layer.hpp"
#include "shared/layers/multihead_attention.hpp"

namespace twin::autograd {

struct MultiheadAttentionImpl : torch::nn::MultiheadAttentionImpl {
  explicit MultiheadAttentionImpl(const MultiheadAttentionSpec& spec)
      : torch::nn::MultiheadAttentionImpl(
            torch::nn::MultiheadAttentionOptions(spec.embed_dim, spec.num_heads).bias(spec.bias)),
        is_causal(spec.is_causal) {}

  /// further: of cross-attention, key and value. (LibTorch takes them for one where all their numbers are
  /// equal, and then hands the gradients of both to the key.)
  torch::Tensor forward(const torch::Tensor& x, const NamedInputs& further) {
    const torch::Tensor query = x.transpose(0, 1);
    const torch::Tensor key = further.empty() ? query : further[0].second.transpose(0, 1);
    const torch::Tensor value = further.empty() ? query : further[1].second.transpose(0, 1);
    torch::Tensor mask;
    if (is_causal)
      mask =
          torch::full({x.size(1), x.size(1)}, -std::numeric_limits<double>::infinity(), x.options()).triu(1);
    return std::get<0>(torch::nn::MultiheadAttentionImpl::forward(query, key, value, /*key_padding_mask=*/{},
                                                                  /*need_weights=*/false, mask))
        .transpose(0, 1);
  }

  bool is_causal;
};
TORCH_MODULE(MultiheadAttention);

inline MultiheadAttention make_module(const MultiheadAttentionSpec& spec, const Scope&) {
  return MultiheadAttention(spec);
}

}  // namespace twin::autograd
