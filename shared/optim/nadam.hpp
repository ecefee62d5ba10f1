// NAdam (torch.optim.NAdam).
#pragma once

#include <string>
#include <vector>

#include "shared/optim/adam.hpp"

namespace twin {

struct Example;

/// Adam's moments m and v, and w ← w - lr·((1-μₜ)/(1-Πₜ)·g + μₜ₊₁/(1-Πₜ₊₁)·m) / (√v̂ + eps), with
/// μₜ = β₁(1 - ½·0.96^(t·momentum_decay)), Πₜ = μ₁·…·μₜ, v̂ = v / (1-β₂ᵗ) and weight_decay·w in g.
struct NadamSpec {
  static constexpr bool counts_steps = true;
  double lr = 2e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;
  bool operator==(const NadamSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false}, {"beta1", &beta1, true, 1.0},    {"beta2", &beta2, true, 1.0},
            {"eps", &eps},      {"weight_decay", &weight_decay}, {"momentum_decay", &momentum_decay}};
  }
  /// Adam, whose moments these are.
  AdamSpec adam() const { return {lr, beta1, beta2, eps, weight_decay}; }
  /// m and v, under PyTorch's names for them. PyTorch's mu_product, which depends on the step alone, is none
  /// of them.
  std::vector<std::string> state_names() const { return adam().state_names(); }
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const {
    return adam().implied_gradient(before, moved, state);
  }
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
