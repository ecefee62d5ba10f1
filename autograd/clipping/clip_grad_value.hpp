// torch.nn.utils.clip_grad_value_.
#pragma once

#include <torch/nn/utils/clip_grad.h>
#include <vector>

#include "shared/clipping/clip_grad_value.hpp"

namespace twin::autograd {

inline void clip(const ClipGradValueSpec& spec, const std::vector<torch::Tensor>& parameters) {
  torch::nn::utils::clip_grad_value_(parameters, spec.clip_value);
}

}  // namespace twin::autograd
