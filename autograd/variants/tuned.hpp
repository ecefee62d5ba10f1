// How fast autograd can go: the same step without what a good user of LibTorch pays for comfort. The layers
// are called as functions, not through modules; gradients are handed over instead of added up; one call
// updates all parameters.
//
//   A stem that can be called so says functional() (layers) or tuned_update() (optimisers). An optimiser also
//   says tuned_update_lacks(): which of its options tuned_update() leaves out ("momentum"), where one is set.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "autograd/network.hpp"
#include "autograd/variants/own.hpp"
#include "shared/stems.hpp"
#include "stems/autograd/layers.hpp"

namespace twin::autograd {

template <typename Kind>
concept TunedLayer = requires(const Kind& kind, const Own& own, const torch::Tensor& x) {
  functional(kind, own, x);
};
template <typename Kind>
concept TunedOptimizer = requires(const Kind& kind, const Own& parameters) {
  tuned_update_lacks(kind);
  tuned_update(kind, parameters, parameters);
};

class Tuned final : public Network {
 public:
  Tuned(const NetworkSpec& spec, DType dtype, Device device) : Network(spec, dtype, device) {
    all_ = values_of(parameters_);
    std::size_t next = 0;
    for (const LayerSpec& layer : spec.layers)
      std::visit(
          [&](const auto& kind) {
            if constexpr (TunedLayer<std::remove_cvref_t<decltype(kind)>>) {
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
    for (const LayerSpec& layer : spec.layers)
      if (!std::visit([]<typename Kind>(const Kind&) { return TunedLayer<Kind>; }, layer.kind))
        return "the layer " + std::string(stem_of(layer));
    const std::string optimizer = "the optimiser " + std::string(name_of(spec.optimizer));
    return std::visit(
        [&]<typename Kind>(const Kind& kind) -> std::string {
          if constexpr (TunedOptimizer<Kind>) {
            const std::string without = tuned_update_lacks(kind);
            return without.empty() ? "" : optimizer + " with " + without;
          } else {
            return optimizer;
          }
        },
        spec.optimizer);
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
          if constexpr (TunedOptimizer<std::remove_cvref_t<decltype(kind)>>)
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
