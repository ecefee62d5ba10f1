// torch.nn.CrossEntropyLoss: no backward to write.
#pragma once

#include <torch/nn/modules/loss.h>

#include "autograd/class_weights.hpp"
#include "autograd/reduction.hpp"
#include "autograd/variants/loss_and_error.hpp"
#include "shared/losses/cross_entropy.hpp"

namespace twin::autograd {

/// On rows of logits: a network folds the leading extents.
struct CrossEntropyLossImpl : torch::nn::CrossEntropyLossImpl {
  using torch::nn::CrossEntropyLossImpl::CrossEntropyLossImpl;
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& labels) {
    bring_to(outputs, weight);
    return torch::nn::CrossEntropyLossImpl::forward(outputs, labels);
  }
};
TORCH_MODULE(CrossEntropyLoss);

inline CrossEntropyLoss make_loss(const CrossEntropyLossSpec& spec) {
  return CrossEntropyLoss(torch::nn::CrossEntropyLossOptions()
                              .weight(class_weights(spec.weight))
                              .ignore_index(spec.ignore_index)
                              .reduction(torch_reduction(spec.reduction))
                              .label_smoothing(spec.label_smoothing));
}

// For autograd/variants/control.hpp.
inline LossAndError control_loss(const CrossEntropyLossSpec& spec, const torch::Tensor& outputs,
                                 const torch::Tensor& targets) {
  const torch::Tensor kept = targets.ne(spec.ignore_index);
  const torch::Tensor labels = targets.masked_fill(kept.logical_not(), 0).unsqueeze(1);
  const torch::Tensor log_p = torch::log_softmax(outputs, 1);
  if (spec == CrossEntropyLossSpec{.ignore_index = spec.ignore_index}) {
    const torch::Tensor share = (kept.to(log_p.scalar_type()) / kept.sum()).unsqueeze(1);
    torch::Tensor p = log_p.exp();
    p.scatter_add_(1, labels, torch::full_like(labels, -1, p.options()));
    return {-(log_p.gather(1, labels) * share).sum(), p * share};
  }
  const torch::Tensor weights = spec.weight.empty() ? torch::ones(outputs.size(1), outputs.options())
                                                    : torch::tensor(spec.weight, outputs.options());
  // What each label asks for of each class: b in manual.
  const torch::Tensor of_label = weights.index_select(0, labels.squeeze(1)) * kept;
  torch::Tensor wanted =
      weights * (spec.label_smoothing / static_cast<double>(outputs.size(1))) * kept.unsqueeze(1);
  wanted = wanted.scatter_add(1, labels, (of_label * (1 - spec.label_smoothing)).unsqueeze(1));
  if (spec.reduction == Reduction::mean) wanted = wanted / of_label.sum();
  return {-(wanted * log_p).sum(), log_p.exp() * wanted.sum(1, /*keepdim=*/true) - wanted};
}

}  // namespace twin::autograd
