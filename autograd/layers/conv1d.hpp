// torch.nn.Conv1d: no backward to write.
#pragma once

#include <torch/nn/functional/conv.h>
#include <torch/nn/modules/conv.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/conv1d.hpp"

namespace twin::autograd {

inline torch::nn::Conv1d make_module(const Conv1dSpec& spec, const Scope&) {
  return torch::nn::Conv1d(torch::nn::Conv1dOptions(spec.in_channels, spec.out_channels, spec.kernel_size)
                               .stride(spec.stride)
                               .padding(spec.padding)
                               .dilation(spec.dilation)
                               .groups(spec.groups)
                               .bias(spec.bias));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const Conv1dSpec& spec, const Own& own, const torch::Tensor& x) {
  return torch::conv1d(x, own[0], spec.bias ? own[1] : torch::Tensor(), spec.stride, spec.padding,
                       spec.dilation, spec.groups);
}

}  // namespace twin::autograd
