// RAdam (torch.optim.RAdam).
#pragma once

#include <string>
#include <vector>

#include "shared/optim/adam.hpp"

namespace twin {

struct Example;

/// Adam's moments m and v. Where ρ, the number of gradients that v averages, is above 5: w ← w -
/// lr·r·m̂·√(1-β₂ᵗ) / (√v + eps); in the first steps, where it is not: w ← w - lr·m̂. r² = (ρ-4)(ρ-2)ρ∞ /
/// ((ρ∞-4)(ρ∞-2)ρ) with ρ∞ = 2/(1-β₂) - 1 and ρ = ρ∞ - 2t·β₂ᵗ/(1-β₂ᵗ); weight_decay·w is in g.
struct RadamSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool operator==(const RadamSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"beta1", &beta1, true, 1.0},
            {"beta2", &beta2, true, 1.0},
            {"eps", &eps},
            {"weight_decay", &weight_decay}};
  }
  /// Adam, whose moments these are.
  AdamSpec adam() const { return {lr, beta1, beta2, eps, weight_decay}; }
  /// m and v, under PyTorch's names for them.
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
