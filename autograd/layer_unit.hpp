// How make_layer() makes any layer. It knows them all: autograd/backend.cpp alone includes it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "autograd/layer.hpp"
#include "stems/autograd/layers.hpp"

namespace twin::autograd {

/// Puts a module behind the interface that composites hold.
template <typename Module>
class LayerUnit final : public Layer {
 public:
  /// `further`: the names of the further inputs that the module takes behind x.
  LayerUnit(std::string path, Module module, std::vector<std::string> further)
      : path_(std::move(path)), module_(std::move(module)), names_(std::move(further)) {}

  torch::Tensor forward(const torch::Tensor& x, const Way& way) override {
    NamedInputs further = further_of(way);
    if (!way.observer) return run(x, further, way);
    const auto alias_of = [](const torch::Tensor& given) {
      const torch::Tensor alias = given.is_floating_point() ? given.view_as(given) : given;
      if (alias.requires_grad()) alias.retain_grad();
      return alias;
    };
    const torch::Tensor alias = alias_of(x);
    for (auto& [name, value] : further) value = alias_of(value);
    way.observer->entered(path_, *module_, alias, further);
    const torch::Tensor y = run(alias, further, way);
    if (y.requires_grad()) y.retain_grad();
    way.observer->left(y);
    return y;
  }

  std::shared_ptr<torch::nn::Module> module() const override { return module_.ptr(); }

  void collect(std::vector<Carried>& carried) override {
    if constexpr (requires { module_->carried(path_); })
      for (Carried& state : module_->carried(path_)) carried.push_back(std::move(state));
    if constexpr (requires { module_->collect(carried); }) module_->collect(carried);  // of its children
  }

 private:
  NamedInputs further_of(const Way& way) const {
    NamedInputs further;
    for (const std::string& name : names_)
      further.push_back(*std::find_if(way.further->begin(), way.further->end(),
                                      [&](const auto& input) { return input.first == name; }));
    return further;
  }

  torch::Tensor run(const torch::Tensor& x, const NamedInputs& further, const Way& way) {
    if constexpr (requires { module_->forward(x, further); })
      return module_->forward(x, further);
    else if constexpr (requires { module_->forward(x, x); })
      return module_->forward(x, further.at(0).second);
    else if constexpr (requires { module_->forward(x, way); })
      return module_->forward(x, way);
    else if constexpr (requires { module_->forward(x, way.pass); })
      return module_->forward(x, way.pass);
    else
      return module_->forward(x);
  }

  std::string path_;
  Module module_;
  std::vector<std::string> names_;
};

inline std::unique_ptr<Layer> make_layer(const LayerSpec& spec, const Scope& scope) {
  const Scope inner = scope.inner(spec.name);
  return std::visit(
      [&](const auto& kind) -> std::unique_ptr<Layer> {
        auto module = make_module(kind, inner);
        std::vector<std::string> further;
        if constexpr (requires { kind.further_inputs(); }) further = kind.further_inputs();
        return std::make_unique<LayerUnit<decltype(module)>>(inner.path, std::move(module),
                                                             std::move(further));
      },
      spec.kind);
}

}  // namespace twin::autograd
