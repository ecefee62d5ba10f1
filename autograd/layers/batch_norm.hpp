// torch.nn.functional.batch_norm: no backward to write. (BatchNorm1d and BatchNorm2d differ in the shapes
// that they take, which the specification has looked at.)
#pragma once

#include <string>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <utility>

#include "autograd/layer.hpp"
#include "shared/layers/batch_norm.hpp"

namespace twin::autograd {

struct BatchNormImpl final : torch::nn::Module {
  BatchNormImpl(const BatchNormSpec& s, std::string p)
      : spec(s),
        path(std::move(p)),
        weight(register_parameter("weight", torch::ones({s.num_features}))),
        bias(register_parameter("bias", torch::zeros({s.num_features}))),
        running_mean(register_buffer("running_mean", torch::zeros({s.num_features}))),
        running_var(register_buffer("running_var", torch::ones({s.num_features}))) {}

  torch::Tensor forward(const torch::Tensor& x, const Pass& pass) {
    const bool training = pass.mode == Mode::training;
    if (training) spec.expect_several(x.numel() / spec.num_features, path);
    return torch::batch_norm(x, weight, bias, running_mean, running_var, training, spec.momentum, spec.eps,
                             /*cudnn_enabled=*/false);
  }

  BatchNormSpec spec;
  std::string path;
  torch::Tensor weight, bias, running_mean, running_var;
};
TORCH_MODULE(BatchNorm);

inline BatchNorm make_module(const BatchNormSpec& spec, const Scope& scope) {
  return BatchNorm(spec, scope.path);
}

}  // namespace twin::autograd
