// torch.nn.GRU: no backward to write.
#pragma once

#include <torch/nn/modules/rnn.h>
#include <torch/nn/pimpl.h>
#include <tuple>

#include "autograd/layer.hpp"
#include "shared/layers/gru.hpp"

namespace twin::autograd {

/// Yields the hidden states of all steps alone.
struct GruImpl : torch::nn::GRUImpl {
  explicit GruImpl(const GruSpec& s)
      : torch::nn::GRUImpl(torch::nn::GRUOptions(s.input_size, s.hidden_size)
                               .num_layers(s.num_layers)
                               .bias(s.bias)
                               .batch_first(true)
                               .bidirectional(s.bidirectional)) {}

  torch::Tensor forward(const torch::Tensor& x) { return std::get<0>(torch::nn::GRUImpl::forward(x)); }
};
TORCH_MODULE(Gru);

inline Gru make_module(const GruSpec& spec, const Scope&) { return Gru(spec); }

}  // namespace twin::autograd
