// The negative evidence lower bound (Kingma and Welling 2014, eq. 10), which LibTorch lacks: written on
// tensors, as PyTorch's example of a variational autoencoder has it, and still there is no backward to write.
#pragma once

#include <torch/nn/functional/loss.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <vector>

#include "shared/losses/negative_elbo.hpp"

namespace twin::autograd {

struct NegativeElboLossImpl : torch::nn::Module {
  explicit NegativeElboLossImpl(const NegativeElboLossSpec& spec) : spec(spec) {}
  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor& targets) {
    namespace F = torch::nn::functional;
    const std::vector<torch::Tensor> parts =
        outputs.split_with_sizes({targets.size(-1), spec.latent, spec.latent}, -1);
    const torch::Tensor &logits = parts[0], &mean = parts[1], &log_variance = parts[2];
    const torch::Tensor reconstruction = F::binary_cross_entropy_with_logits(
        logits, targets, F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kSum));
    const torch::Tensor divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum();
    const std::int64_t rows = targets.numel() / targets.size(-1);
    return (reconstruction + spec.beta * divergence) / rows;
  }
  NegativeElboLossSpec spec;
};
TORCH_MODULE(NegativeElboLoss);

inline NegativeElboLoss make_loss(const NegativeElboLossSpec& spec) { return NegativeElboLoss(spec); }

}  // namespace twin::autograd
