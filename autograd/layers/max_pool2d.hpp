// torch.nn.MaxPool2d: no backward to write.
#pragma once

#include <torch/nn/functional/pooling.h>
#include <torch/nn/modules/pooling.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/max_pool2d.hpp"

namespace twin::autograd {

inline torch::nn::MaxPool2d make_module(const MaxPool2dSpec& spec, const Scope&) {
  return torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(spec.kernel_size)
                                  .stride(spec.stride.value_or(spec.kernel_size))
                                  .padding(spec.padding)
                                  .dilation(spec.dilation));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const MaxPool2dSpec& spec, const Own&, const torch::Tensor& x) {
  return torch::max_pool2d(x, spec.kernel_size, spec.stride.value_or(spec.kernel_size), spec.padding,
                           spec.dilation);
}

}  // namespace twin::autograd
