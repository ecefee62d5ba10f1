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
      : torch::nn::LSTMImpl(
            torch::nn::LSTMOptions(s.input_size, s.hidden_size).bias(s.bias).batch_first(true)),
        spec(s),
        path(std::move(p)) {}

  torch::Tensor forward(const torch::Tensor& x, const Pass& pass) {
    const bool carries = spec.carry_state && pass.mode == Mode::training;
    const bool goes_on = carries && h.defined();
    if (goes_on) spec.expect_batch(h.size(0), x.size(0), path);
    const auto [y, last] =
        goes_on ? torch::nn::LSTMImpl::forward(x, std::make_tuple(h.unsqueeze(0), c.unsqueeze(0)))
                : torch::nn::LSTMImpl::forward(x);
    if (carries && !pass.keeps_buffers) {
      h = std::get<0>(last).squeeze(0).detach();
      c = std::get<1>(last).squeeze(0).detach();
    }
    return y;
  }

  std::vector<Carried> carried(const std::string& name) {
    if (!spec.carry_state) return {};
    return {{name + ".h", &h}, {name + ".c", &c}};
  }

  LstmSpec spec;
  std::string path;
  torch::Tensor h, c;  // N×H
};
TORCH_MODULE(Lstm);

inline Lstm make_module(const LstmSpec& spec, const Scope& scope) { return Lstm(spec, scope.path); }

}  // namespace twin::autograd
