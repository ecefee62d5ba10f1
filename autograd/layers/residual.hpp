// x + block(x): no backward to write.
#pragma once

#include <torch/nn/pimpl.h>

#include "autograd/networks/sequential.hpp"
#include "shared/layers/residual.hpp"

namespace twin::autograd {

struct ResidualImpl : torch::nn::Module {
  ResidualImpl(const ResidualSpec& spec, const Scope& scope) : block(spec.block, scope, *this) {}
  torch::Tensor forward(const torch::Tensor& x, const Way& way) { return x + block.forward(x, way); }
  void collect(std::vector<Carried>& carried) const { block.collect(carried); }
  Sequential block;
};
TORCH_MODULE(Residual);

inline Residual make_module(const ResidualSpec& spec, const Scope& scope) { return Residual(spec, scope); }

}  // namespace twin::autograd
