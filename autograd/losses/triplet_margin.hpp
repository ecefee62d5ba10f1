// torch.nn.TripletMarginLoss on triplets that lie side by side: no backward to write.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "shared/losses/triplet_margin.hpp"

namespace twin::autograd {

struct TripletMarginLossImpl : torch::nn::Module {
  explicit TripletMarginLossImpl(const TripletMarginLossSpec& spec) : spec_(spec) {}

  torch::Tensor forward(const torch::Tensor& outputs, const torch::Tensor&) {
    return torch::triplet_margin_loss(outputs.select(1, 0), outputs.select(1, 1), outputs.select(1, 2),
                                      spec_.margin, 2, spec_.eps, spec_.swap);
  }

 private:
  TripletMarginLossSpec spec_;
};
TORCH_MODULE(TripletMarginLoss);

inline TripletMarginLoss make_loss(const TripletMarginLossSpec& spec) { return TripletMarginLoss(spec); }

}  // namespace twin::autograd
