// Adam (torch.optim.Adam).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr·m̂ / (√v̂ + eps), with m̂ = m / (1-β₁ᵗ), v̂ = v / (1-β₂ᵗ)
/// and weight_decay·w in g. With amsgrad, the largest v so far stands for v in v̂.
struct AdamSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;
  bool operator==(const AdamSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"beta1", &beta1, true, 1.0},
            {"beta2", &beta2, true, 1.0},
            {"eps", &eps},
            {"weight_decay", &weight_decay}};
  }
  /// m, v and the largest v, under PyTorch's names for them; the last with amsgrad alone.
  std::vector<std::string> state_names() const {
    if (amsgrad) return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
    return {"exp_avg", "exp_avg_sq"};
  }
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
