// torch.nn.Flatten: no backward to write.
#pragma once

#include <torch/nn/modules/linear.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/flatten.hpp"

namespace twin::autograd {

inline torch::nn::Flatten make_module(const FlattenSpec& spec, const Scope&) {
  return torch::nn::Flatten(torch::nn::FlattenOptions().start_dim(spec.start_dim).end_dim(spec.end_dim));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const FlattenSpec& spec, const Own&, const torch::Tensor& x) {
  return x.flatten(spec.start_dim, spec.end_dim);
}

// For autograd/variants/control.hpp.
inline torch::Tensor control_forward(const FlattenSpec& spec, const Own&, const torch::Tensor& x) {
  return x.flatten(spec.start_dim, spec.end_dim);
}
inline torch::Tensor control_backward(const FlattenSpec&, const Own&, Own&, const torch::Tensor& x,
                                      const torch::Tensor&, const torch::Tensor& d_y, bool with_input) {
  return with_input ? d_y.reshape(x.sizes()) : torch::Tensor();
}

}  // namespace twin::autograd
