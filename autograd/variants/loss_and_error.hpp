// What the control computes of a loss.
#pragma once

#include <torch/types.h>

namespace twin::autograd {

struct LossAndError {
  torch::Tensor loss, error;  // error: the gradient of the loss by the outputs
};

}  // namespace twin::autograd
