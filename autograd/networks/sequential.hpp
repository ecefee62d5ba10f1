// Layers one after the other, as torch.nn.Sequential has them: no backward to write.
#pragma once

#include <memory>
#include <vector>

#include "autograd/layer.hpp"

namespace twin::autograd {

class Sequential {
 public:
  Sequential() = default;
  /// Registers the layers' modules in `owner`, by their names.
  Sequential(const std::vector<LayerSpec>& specs, const Scope& scope, torch::nn::Module& owner) {
    for (const LayerSpec& spec : specs) {
      layers_.push_back(make_layer(spec, scope));
      owner.register_module(spec.name, layers_.back()->module());
    }
  }

  torch::Tensor forward(torch::Tensor x, const Way& way) const {
    for (const std::unique_ptr<Layer>& layer : layers_) x = layer->forward(x, way);
    return x;
  }

  void collect(std::vector<Carried>& carried) const {
    for (const std::unique_ptr<Layer>& layer : layers_) layer->collect(carried);
  }

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
};

}  // namespace twin::autograd
