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
    if (!spec.affine) return;
    weight = register_parameter("weight", torch::ones({spec.num_features}));
    bias = register_parameter("bias", torch::zeros({spec.num_features}));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    return torch::instance_norm(x, weight, bias, /*running_mean=*/{}, /*running_var=*/{},
                                /*use_input_stats=*/true, /*momentum=*/0, spec.eps,
                                /*cudnn_enabled=*/false);
  }

  InstanceNormSpec spec;
  torch::Tensor weight, bias;
};
TORCH_MODULE(InstanceNorm);

inline InstanceNorm make_module(const InstanceNormSpec& spec, const Scope&) { return InstanceNorm(spec); }

}  // namespace twin::autograd
