// torch.nn.functional.adaptive_avg_pool2d: no backward to write.
#pragma once

#include <torch/nn/modules/container/functional.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/layers/adaptive_avg_pool2d.hpp"

namespace twin::autograd {

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const AdaptiveAvgPool2dSpec& spec, const Own&, const torch::Tensor& x) {
  return torch::adaptive_avg_pool2d(
      x, {spec.output_size[0].value_or(x.size(2)), spec.output_size[1].value_or(x.size(3))});
}

inline torch::nn::Functional make_module(const AdaptiveAvgPool2dSpec& spec, const Scope&) {
  return torch::nn::Functional([spec](const torch::Tensor& x) { return functional(spec, {}, x); });
}

}  // namespace twin::autograd
