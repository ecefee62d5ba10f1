// torch.nn.GroupNorm: no backward to write.
#pragma once

#include <torch/nn/modules/normalization.h>

#include "autograd/layer.hpp"
#include "shared/layers/group_norm.hpp"

namespace twin::autograd {

inline torch::nn::GroupNorm make_module(const GroupNormSpec& spec, const Scope&) {
  return torch::nn::GroupNorm(
      torch::nn::GroupNormOptions(spec.num_groups, spec.num_channels).eps(spec.eps).affine(spec.affine));
}

}  // namespace twin::autograd
