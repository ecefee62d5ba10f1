// torch.nn.Hardswish: no backward to write. (LibTorch has the function, and no module for it.)
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "autograd/layer.hpp"
#include "shared/layers/hardswish.hpp"

namespace twin::autograd {

struct HardswishImpl final : torch::nn::Module {
  torch::Tensor forward(const torch::Tensor& x) { return torch::hardswish(x); }
};
TORCH_MODULE(Hardswish);

inline Hardswish make_module(const HardswishSpec&, const Scope&) { return Hardswish(); }

}  // namespace twin::autograd
