// torch.nn.Bilinear: no backward to write.
#pragma once

#include <torch/nn/modules/linear.h>

#include "autograd/layer.hpp"
#include "shared/layers/bilinear.hpp"

namespace twin::autograd {

inline torch::nn::Bilinear make_module(const BilinearSpec& spec, const Scope&) {
  return torch::nn::Bilinear(
      torch::nn::BilinearOptions(spec.in1_features, spec.in2_features, spec.out_features).bias(spec.bias));
}

}  // namespace twin::autograd
