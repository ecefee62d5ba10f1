// torch.nn.ConvTranspose2d: no backward to write.
#pragma once

#include <torch/nn/functional/conv.h>
#include <torch/nn/modules/conv.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/conv_transpose2d.hpp"

namespace twin::autograd {

inline torch::nn::ConvTranspose2d make_module(const ConvTranspose2dSpec& spec, const Scope&) {
  return torch::nn::ConvTranspose2d(
      torch::nn::ConvTranspose2dOptions(spec.in_channels, spec.out_channels, spec.kernel_size)
          .stride(spec.stride)
          .padding(spec.padding)
          .output_padding(spec.output_padding)
          .groups(spec.groups)
          .bias(spec.bias)
          .dilation(spec.dilation));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const ConvTranspose2dSpec& spec, const Own& own, const torch::Tensor& x) {
  return torch::conv_transpose2d(x, own[0], spec.bias ? own[1] : torch::Tensor(), spec.stride, spec.padding,
                                 spec.output_padding, spec.groups, spec.dilation);
}

}  // namespace twin::autograd
