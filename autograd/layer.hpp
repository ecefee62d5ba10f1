// Any layer of autograd/layers, as a composite or a network holds it. A stem says make_module(specification,
// scope), which returns a module of torch.nn or one of its own; autograd/layer_unit.hpp puts it behind this
// interface.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <torch/nn/module.h>
#include <utility>
#include <vector>

#include "shared/network.hpp"

namespace twin::autograd {

/// Further inputs, under the names that layers give them.
using NamedInputs = std::vector<std::pair<std::string, torch::Tensor>>;

/// Sees the values of a traced step; gradients are in them when loss.backward() is done.
class Observer {
 public:
  virtual ~Observer() = default;
  /// x: what the layer works on, an alias of its input whose gradient is that of this use alone; `further`
  /// likewise.
  virtual void entered(const std::string& path, const torch::nn::Module& module, const torch::Tensor& x,
                       const NamedInputs& further) = 0;
  virtual void left(const torch::Tensor& y) = 0;
};

/// What goes along with the values.
struct Way {
  Pass pass = {};
  Observer* observer = nullptr;
  const NamedInputs* further = nullptr;  // all that the batch holds
};

/// A state that a recurrent layer carries from one batch to the next; undefined before the first.
struct Carried {
  std::string name;
  torch::Tensor* value;
};

class Layer {
 public:
  virtual ~Layer() = default;
  virtual torch::Tensor forward(const torch::Tensor& x, const Way& way) = 0;
  virtual std::shared_ptr<torch::nn::Module> module() const = 0;
  /// Those of children included.
  virtual void collect(std::vector<Carried>& carried) = 0;
};

/// What a layer may know of the network around it while it is built.
struct Scope {
  std::string path;  // of the layer
  std::map<std::string, torch::Tensor>* shared =
      nullptr;  // weights that others may use, by their owner's path

  Scope inner(const std::string& name) const { return {join(path, name), shared}; }
};

/// A child of the layer that is built in `scope`.
std::unique_ptr<Layer> make_layer(const LayerSpec& spec, const Scope& scope);

}  // namespace twin::autograd
