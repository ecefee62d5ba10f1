// torch.nn.functional.layer_norm: no backward to write. (The module of LibTorch 1.13 has no option to leave
// the bias out.)
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/layer_norm.hpp"

namespace twin::autograd {

struct LayerNormImpl final : torch::nn::Module {
  explicit LayerNormImpl(const LayerNormSpec& s) : spec(s) {
    if (!spec.elementwise_affine) return;
    weight = register_parameter("weight", torch::ones(spec.normalized_shape));
    if (spec.bias) bias = register_parameter("bias", torch::zeros(spec.normalized_shape));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    return torch::layer_norm(x, spec.normalized_shape, weight, bias, spec.eps);
  }

  LayerNormSpec spec;
  torch::Tensor weight, bias;
};
TORCH_MODULE(LayerNorm);

inline LayerNorm make_module(const LayerNormSpec& spec, const Scope&) { return LayerNorm(spec); }

}  // namespace twin::autograd
