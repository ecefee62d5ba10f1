// torch.nn.AvgPool2d: no backward to write.
#pragma once

#include <torch/nn/functional/pooling.h>
#include <torch/nn/modules/pooling.h>

#include "autograd/layer.hpp"
#include "autograd/variants/own.hpp"
#include "shared/layers/avg_pool2d.hpp"

namespace twin::autograd {

inline torch::nn::AvgPool2dOptions options_of(const AvgPool2dSpec& spec) {
  auto options = torch::nn::AvgPool2dOptions(spec.kernel_size)
                     .stride(spec.stride.value_or(spec.kernel_size))
                     .padding(spec.padding)
                     .count_include_pad(spec.count_include_pad);
  if (spec.divisor_override) options.divisor_override(*spec.divisor_override);
  return options;
}

inline torch::nn::AvgPool2d make_module(const AvgPool2dSpec& spec, const Scope&) {
  return torch::nn::AvgPool2d(options_of(spec));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const AvgPool2dSpec& spec, const Own&, const torch::Tensor& x) {
  return torch::nn::functional::avg_pool2d(x, options_of(spec));
}

}  // namespace twin::autograd
