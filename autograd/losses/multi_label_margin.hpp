// torch.nn.MultiLabelMarginLoss, which takes rows alone: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "shared/losses/multi_label_margin.hpp"

namespace twin::autograd {

struct MultiLabelMarginLossImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    return torch::multilabel_margin_loss(outputs.flatten(0, -2), targets.flatten(0, -2));
  }
};
TORCH_MODULE(MultiLabelMarginLoss);

inline MultiLabelMarginLoss make_loss(const MultiLabelMarginLossSpec&) { return MultiLabelMarginLoss(); }

}  // namespace twin::autograd
