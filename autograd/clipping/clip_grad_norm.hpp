// torch.nn.utils.clip_grad_norm_.
#pragma once

#include <torch/nn/utils/clip_grad.h>
#include <vector>

#include "shared/clipping/clip_grad_norm.hpp"

namespace twin::autograd {

inline void clip(const ClipGradNormSpec& spec, const std::vector<torch::Tensor>& parameters) {
  torch::nn::utils::clip_grad_norm_(parameters, spec.max_norm);
}

}  // namespace twin::autograd
