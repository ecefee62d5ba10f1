// torch.nn.Linear: no backward to write.
#pragma once

#include <torch/nn/functional/linear.h>
#include <torch/nn/modules/linear.h>

#include "autograd/variants/own.hpp"
#include "shared/layers/dense.hpp"

namespace twin::autograd {

inline torch::nn::Linear make_module(const DenseSpec& spec, const Scope&) {
  return torch::nn::Linear(torch::nn::LinearOptions(spec.in_features, spec.out_features).bias(spec.bias));
}

// For autograd/variants/tuned.hpp.
inline torch::Tensor functional(const DenseSpec& spec, const Own& own, const torch::Tensor& x) {
  return torch::nn::functional::linear(x, own[0], spec.bias ? own[1] : torch::Tensor());
}

// For autograd/variants/control.hpp.
inline torch::Tensor control_forward(const DenseSpec& spec, const Own& own, const torch::Tensor& x) {
  const torch::Tensor rows = x.reshape({-1, spec.in_features});
  torch::Tensor y = spec.bias ? torch::addmm(own[1], rows, own[0].t()) : rows.mm(own[0].t());
  torch::IntArrayRef leading = x.sizes().slice(0, x.sizes().size() - 1);
  std::vector<std::int64_t> shape = leading.vec();
  shape.push_back(spec.out_features);
  return x.dim() == 2 ? y : y.reshape(shape);
}
inline torch::Tensor control_backward(const DenseSpec& spec, const Own& own, Own& gradients,
                                      const torch::Tensor& x, const torch::Tensor&, const torch::Tensor& d_y,
                                      bool with_input) {
  const torch::Tensor d = d_y.reshape({-1, spec.out_features});
  torch::mm_out(gradients[0], d.t(), x.reshape({-1, spec.in_features}));
  if (spec.bias) torch::sum_out(gradients[1], d, 0);
  return with_input ? d.mm(own[0]).reshape(x.sizes()) : torch::Tensor();
}

}  // namespace twin::autograd
