// torch.nn.functional.instance_norm: no backward to write. (InstanceNorm1d and InstanceNorm2d differ in the
// shapes that they take, which the specification has looked at.)
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/instance_norm.hpp"

namespace twin::autograd {

struct InstanceNormImpl final : torch::nn::Module {
  explicit InstanceNormImpl(const InstanceNormSpec& s) : spec(s) {
    if (spec.affine) {
      weight = register_parameter("weight", torch::ones({spec.num_features}));
      bias = register_parameter("bias", torch::zeros({spec.num_features}));
    }
    if (spec.track_running_stats) {
      running_mean = register_buffer("running_mean", torch::zeros({spec.num_features}));
      running_var = register_buffer("running_var", torch::ones({spec.num_features}));
    }
  }

  // By constants every sample is normalised alike, as by a batch norm's. (instance_norm would write the mean
  // of a copy for each sample back to the running statistics, in evaluation too.)
  torch::Tensor forward(const torch::Tensor& x, const Pass& pass) {
    if (spec.track_running_stats && pass.mode == Mode::evaluation)
      return torch::batch_norm(x, weight, bias, running_mean, running_var, /*training=*/false, spec.momentum,
                               spec.eps, /*cudnn_enabled=*/false);
    return torch::instance_norm(x, weight, bias, running_mean, running_var, /*use_input_stats=*/true,
                                spec.momentum, spec.eps, /*cudnn_enabled=*/false);
  }

  InstanceNormSpec spec;
  torch::Tensor weight, bias, running_mean, running_var;
};
TORCH_MODULE(InstanceNorm);

inline InstanceNorm make_module(const InstanceNormSpec& spec, const Scope&) { return InstanceNorm(spec); }

}  // namespace twin::autograd
