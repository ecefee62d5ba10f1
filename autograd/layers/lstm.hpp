// torch.nn.LSTM: no backward to write.
#pragma once

#include <string>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/pimpl.h>
#include <tuple>
#include <utility>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/lstm.hpp"

namespace twin::autograd {

/// Yields the hidden states of all steps alone, and carries the last ones where it is asked to.
struct LstmImpl : torch::nn::LSTMImpl {
  LstmImpl(const LstmSpec& s, std::string p)
      : torch::nn::LSTMImpl(torch::nn::LSTMOptions(s.input_size, s.hidden_size)
                                .num_layers(s.num_layers)
                                .bias(s.bias)
                                .batch_first(true)
                                .bidirectional(s.bidirectional)),
        spec(s),
        path(std::move(p)),
        h(static_cast<std::size_t>(s.num_layers)),
        c(h.size()) {}

  torch::Tensor forward(const torch::Tensor& x, const Pass& pass) {
    const bool carries = spec.carry_state && pass.mode == Mode::training;
    const bool goes_on = carries && h[0].defined();
    if (goes_on) spec.expect_batch(h[0].size(0), x.size(0), path);
    const auto [y, last] =
        goes_on ? torch::nn::LSTMImpl::forward(x, std::make_tuple(torch::stack(h), torch::stack(c)))
                : torch::nn::LSTMImpl::forward(x);
    if (carries && !pass.keeps_buffers)
      for (std::size_t layer = 0; layer < h.size(); ++layer) {
        h[layer] = std::get<0>(last)[static_cast<std::int64_t>(layer)].detach();
        c[layer] = std::get<1>(last)[static_cast<std::int64_t>(layer)].detach();
      }
    return y;
  }

  std::vector<Carried> carried(const std::string& name) {
    std::vector<Carried> all;
    for (std::size_t layer = 0; spec.carry_state && layer < h.size(); ++layer) {
      const auto number = static_cast<std::int64_t>(layer);
      all.push_back({join(name, spec.state_name("h", number)), &h[layer]});
      all.push_back({join(name, spec.state_name("c", number)), &c[layer]});
    }
    return all;
  }

  LstmSpec spec;
  std::string path;
  std::vector<torch::Tensor> h, c;  // of each layer, N×H
};
TORCH_MODULE(Lstm);

inline Lstm make_module(const LstmSpec& spec, const Scope& scope) { return Lstm(spec, scope.path); }

}  // namespace twin::autograd
