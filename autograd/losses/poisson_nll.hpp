// torch.nn.PoissonNLLLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/reduction.hpp"
#include "shared/losses/poisson_nll.hpp"

namespace twin::autograd {

inline torch::nn::PoissonNLLLoss make_loss(const PoissonNllLossSpec& spec) {
  return torch::nn::PoissonNLLLoss(torch::nn::PoissonNLLLossOptions()
                                       .log_input(spec.log_input)
                                       .full(spec.full)
                                       .eps(spec.eps)
                                       .reduction(torch_reduction(spec.reduction)));
}

}  // namespace twin::autograd
