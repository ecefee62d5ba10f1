// Rotary positions out of LibTorch's operations: no backward to write.
#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/rotary_embedding.hpp"

namespace twin::autograd {

struct RotaryEmbeddingImpl : torch::nn::Module {
  explicit RotaryEmbeddingImpl(const RotaryEmbeddingSpec& s) : spec(s) {}

  torch::Tensor forward(const torch::Tensor& x) {
    const std::int64_t n = x.size(0), t = x.size(1), d = spec.head_dim;
    if (!cos.defined() || cos.size(0) != t) {
      const torch::TensorOptions exact = x.options().dtype(torch::kFloat64);
      const torch::Tensor frequencies = torch::pow(spec.theta, torch::arange(0, d, 2, exact) / -d);
      const torch::Tensor angles = torch::outer(torch::arange(t, exact), frequencies).unsqueeze(1);
      cos = angles.cos().to(x.options());
      sin = angles.sin().to(x.options());
    }
    const std::vector<torch::Tensor> halves = x.reshape({n, t, -1, 2, d / 2}).unbind(3);
    return torch::stack({halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin}, 3)
        .view(x.sizes());
  }

  RotaryEmbeddingSpec spec;
  torch::Tensor cos, sin;  // T×1×D/2, of the last T
};
TORCH_MODULE(RotaryEmbedding);

inline RotaryEmbedding make_module(const RotaryEmbeddingSpec& spec, const Scope&) {
  return RotaryEmbedding(spec);
}

}  // namespace twin::autograd
