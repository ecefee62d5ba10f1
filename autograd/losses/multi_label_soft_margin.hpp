// torch.nn.MultiLabelSoftMarginLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/multi_label_soft_margin.hpp"

namespace twin::autograd {

inline torch::nn::MultiLabelSoftMarginLoss make_loss(const MultiLabelSoftMarginLossSpec&) {
  return torch::nn::MultiLabelSoftMarginLoss();
}

}  // namespace twin::autograd
