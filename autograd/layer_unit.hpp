// How make_layer() makes any layer. It knows them all: autograd/backend.cpp alone includes it.
#pragma once

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
  LayerUnit(std::string path, Module module) : path_(std::move(path)), module_(std::move(module)) {}

  torch::Tensor forward(const torch::Tensor& x, const Way& way) override {
    if (!way.observer) return run(x, way);
    const bool numbers = x.is_floating_point();
    const torch::Tensor alias = numbers ? x.view_as(x) : x;
    if (alias.requires_grad()) alias.retain_grad();
    way.observer->entered(path_, *module_, alias);
    const torch::Tensor y = run(alias, way);
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
  torch::Tensor run(const torch::Tensor& x, const Way& way) {
    if constexpr (requires { module_->forward(x, way); })
      return module_->forward(x, way);
    else if constexpr (requires { module_->forward(x, way.pass); })
      return module_->forward(x, way.pass);
    else
      return module_->forward(x);
  }

  std::string path_;
  Module module_;
};

inline std::unique_ptr<Layer> make_layer(const LayerSpec& spec, const Scope& scope) {
  const Scope inner = scope.inner(spec.name);
  return std::visit(
      [&](const auto& kind) -> std::unique_ptr<Layer> {
        auto module = make_module(kind, inner);
        return std::make_unique<LayerUnit<decltype(module)>>(inner.path, std::move(module));
      },
      spec.kind);
}

}  // namespace twin::autograd
