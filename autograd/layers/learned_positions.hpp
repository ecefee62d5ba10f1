// A weight for each position, added: no backward to write.
#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/learned_positions.hpp"

namespace twin::autograd {

struct LearnedPositionsImpl : torch::nn::Module {
  explicit LearnedPositionsImpl(const LearnedPositionsSpec& spec)
      : weight(register_parameter("weight", torch::zeros({spec.max_positions, spec.embed_dim}))) {}
  torch::Tensor forward(const torch::Tensor& x) { return x + weight.narrow(0, 0, x.size(1)); }
  torch::Tensor weight;
};
TORCH_MODULE(LearnedPositions);

inline LearnedPositions make_module(const LearnedPositionsSpec& spec, const Scope&) {
  return LearnedPositions(spec);
}

}  // namespace twin::autograd
