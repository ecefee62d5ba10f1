// Adamax (torch.optim.Adamax).
#pragma once

#include <string>
#include <vector>

#include "shared/optim/adam.hpp"

namespace twin {

struct Example;

/// m ← β₁m + (1-β₁)g, n ← max(β₂n, |g| + eps), w ← w - lr·m̂ / n, with m̂ = m / (1-β₁ᵗ) and weight_decay·w in
/// g.
struct AdamaxSpec {
  static constexpr bool counts_steps = true;
  double lr = 2e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool operator==(const AdamaxSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"beta1", &beta1, true, 1.0},
            {"beta2", &beta2, true, 1.0},
            {"eps", &eps},
            {"weight_decay", &weight_decay}};
  }
  /// m and n, under PyTorch's names for them.
  std::vector<std::string> state_names() const { return {"exp_avg", "exp_inf"}; }
  /// Adam, whose first moment this is.
  AdamSpec adam() const { return {lr, beta1, beta2, eps, weight_decay}; }
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const {
    return adam().implied_gradient(before, moved, state);
  }
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
