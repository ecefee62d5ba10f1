// torch.nn.Sequential: no backward to write.
#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <variant>
#include <vector>

#include "autograd/layers/dense.hpp"
#include "autograd/layers/sigmoid.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using Sequential = torch::nn::Sequential;

inline Sequential make_sequential(const std::vector<LayerSpec>& layers) {
  Sequential model;
  for (const LayerSpec& layer : layers)
    std::visit([&](const auto& kind) { model->push_back(std::string(layer.name), make_layer(kind)); },
               layer.kind);
  return model;
}

}  // namespace twin::autograd
