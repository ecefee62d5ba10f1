// Sines and cosines, added: no backward to write.
#pragma once

#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/sinusoidal_positions.hpp"

namespace twin::autograd {

struct SinusoidalPositionsImpl : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& x) {
    const std::int64_t t = x.size(1), e = x.size(2);
    if (!table.defined() || table.size(0) != t) {
      const torch::TensorOptions exact = x.options().dtype(torch::kFloat64);
      const torch::Tensor frequencies = torch::pow(10000.0, torch::arange(0, e, 2, exact) / -e);
      const torch::Tensor angles = torch::outer(torch::arange(t, exact), frequencies);
      table = torch::stack({angles.sin(), angles.cos()}, 2).flatten(1).narrow(1, 0, e).to(x.options());
    }
    return x + table;
  }

  torch::Tensor table;  // T×E, of the last T
};
TORCH_MODULE(SinusoidalPositions);

inline SinusoidalPositions make_module(const SinusoidalPositionsSpec&, const Scope&) {
  return SinusoidalPositions();
}

}  // namespace twin::autograd
