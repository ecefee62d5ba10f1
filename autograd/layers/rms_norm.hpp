// torch.nn.RMSNorm, on tensors: LibTorch 1.13 does not have it. No backward to write.
#pragma once

#include <limits>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/rms_norm.hpp"

namespace twin::autograd {

struct RmsNormImpl final : torch::nn::Module {
  explicit RmsNormImpl(const RmsNormSpec& s) : spec(s) {
    for (std::size_t i = 1; i <= spec.normalized_shape.size(); ++i) last.push_back(-static_cast<int64_t>(i));
    if (spec.elementwise_affine) weight = register_parameter("weight", torch::ones(spec.normalized_shape));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    const double machine_epsilon = x.scalar_type() == torch::kFloat32
                                       ? std::numeric_limits<float>::epsilon()
                                       : std::numeric_limits<double>::epsilon();
    const torch::Tensor mean_square = x.square().mean(last, /*keepdim=*/true);
    const torch::Tensor x_hat = x * torch::rsqrt(mean_square + spec.eps.value_or(machine_epsilon));
    return weight.defined() ? x_hat * weight : x_hat;
  }

  RmsNormSpec spec;
  std::vector<int64_t> last;  // the extents of normalized_shape
  torch::Tensor weight;
};
TORCH_MODULE(RmsNorm);

inline RmsNorm make_module(const RmsNormSpec& spec, const Scope&) { return RmsNorm(spec); }

}  // namespace twin::autograd
