// How fast autograd can go: the same step without what a good user of LibTorch pays for comfort. The layers
// are called as functions, not through modules; gradients are handed over instead of added up; one call
// updates all parameters.
//
//   A stem that can be called so says functional() (layers) or has_tuned_update() and tuned_update()
//   (optimisers).
#pragma once

#include <vector>

#include "autograd/network.hpp"
#include "autograd/variants/own.hpp"
#include "stems/autograd/layers.hpp"

namespace twin::autograd {

class Tuned final : public Network {
 public:
  Tuned(const NetworkSpec& spec, DType dtype, Device device) : Network(spec, dtype, device) {
    all_ = values_of(parameters_);
    std::size_t next = 0;
    for (const LayerSpec& layer : spec.layers)
      std::visit(
          [&](const auto& kind) {
            if constexpr (requires { functional(kind, Own{}, torch::Tensor{}); }) {
              const std::size_t count = parameters_of(std::vector{layer}).size();
              const Own own(all_.begin() + static_cast<std::ptrdiff_t>(next),
                            all_.begin() + static_cast<std::ptrdiff_t>(next + count));
              next += count;
              functions_.push_back([kind, own](const torch::Tensor& x) { return functional(kind, own, x); });
            }
          },
          layer.kind);
  }

  static std::string lacks(const NetworkSpec& spec) {
    if (spec.schedule) return "a schedule";
    if (spec.clipping) return "clipping";
    for (const LayerSpec& layer : spec.layers) {
      const bool has = std::visit(
          [](const auto& kind) {
            return requires { functional(kind, Own{}, torch::Tensor{}); };
          },
          layer.kind);
      if (!has) return "the layer " + std::string(stem_of(layer));
    }
    const bool updates = std::visit(
        [](const auto& kind) {
          if constexpr (requires { has_tuned_update(kind); })
            return has_tuned_update(kind);
          else
            return false;
        },
        spec.optimizer);
    return updates ? "" : "this optimiser, other than SGD without momentum";
  }

 private:
  torch::Tensor step(const torch::Tensor& X, const torch::Tensor& y, const Mark& mark) override {
    mark(StepPart::zero_grad);
    torch::Tensor outputs = X;
    for (const auto& function : functions_) outputs = function(outputs);
    mark(StepPart::forward);
    const torch::Tensor loss = loss_of(outputs, y);
    mark(StepPart::loss);
    if (all_.empty()) return loss;
    const std::vector<torch::Tensor> gradients = torch::autograd::grad({loss}, all_);
    mark(StepPart::backward);
    torch::NoGradGuard no_grad;
    std::visit(
        [&](const auto& kind) {
          if constexpr (requires { tuned_update(kind, all_, gradients); })
            tuned_update(kind, all_, gradients);
        },
        spec_.optimizer);
    mark(StepPart::update);
    return loss;
  }

  std::vector<std::function<torch::Tensor(const torch::Tensor&)>> functions_;
  std::vector<torch::Tensor> all_;
};

}  // namespace twin::autograd
