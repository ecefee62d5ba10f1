// torch.nn.RNN: no backward to write.
#pragma once

#include <torch/nn/modules/rnn.h>
#include <torch/nn/pimpl.h>
#include <tuple>

#include "autograd/layer.hpp"
#include "shared/layers/rnn.hpp"

namespace twin::autograd {

/// Yields the hidden states of all steps alone.
struct RnnImpl : torch::nn::RNNImpl {
  explicit RnnImpl(const RnnSpec& s) : torch::nn::RNNImpl(options_of(s)) {}

  static torch::nn::RNNOptions options_of(const RnnSpec& s) {
    auto options = torch::nn::RNNOptions(s.input_size, s.hidden_size)
                       .num_layers(s.num_layers)
                       .bias(s.bias)
                       .batch_first(true)
                       .bidirectional(s.bidirectional);
    if (s.nonlinearity == RnnSpec::Nonlinearity::relu) options.nonlinearity(torch::kReLU);
    return options;
  }

  torch::Tensor forward(const torch::Tensor& x) { return std::get<0>(torch::nn::RNNImpl::forward(x)); }
};
TORCH_MODULE(Rnn);

inline Rnn make_module(const RnnSpec& spec, const Scope&) { return Rnn(spec); }

}  // namespace twin::autograd
