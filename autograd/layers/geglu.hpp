// The gated feed-forward layer with GELU out of torch.nn's and torch's own: no backward to write.
#pragma once

#include <memory>
#include <torch/nn/pimpl.h>
#include <torch/types.h>
#include <vector>

#include "autograd/layer.hpp"
#include "shared/layers/geglu.hpp"

namespace twin::autograd {

struct GegluImpl : torch::nn::Module {
  GegluImpl(const GegluSpec& spec, const Scope& scope) {
    for (const LayerSpec& child : spec.children()) {
      projections.push_back(make_layer(child, scope));
      register_module(child.name, projections.back()->module());
    }
  }

  torch::Tensor forward(const torch::Tensor& x, const Way& way) {
    const torch::Tensor gate = torch::gelu(projections[0]->forward(x, way));
    return projections[2]->forward(gate * projections[1]->forward(x, way), way);
  }

  void collect(std::vector<Carried>& carried) const {
    for (const std::unique_ptr<Layer>& projection : projections) projection->collect(carried);
  }

  std::vector<std::unique_ptr<Layer>> projections;  // gate_proj, up_proj, down_proj
};
TORCH_MODULE(Geglu);

inline Geglu make_module(const GegluSpec& spec, const Scope& scope) { return Geglu(spec, scope); }

}  // namespace twin::autograd
