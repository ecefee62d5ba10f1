// Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", alg. 2; the names of the options
// are those of the authors' code).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// w ← w - lr·(sign(β₁m + (1-β₁)g) + weight_decay·w), m ← β₂m + (1-β₂)g.
struct LionSpec {
  static constexpr bool counts_steps = false;
  double lr = 1e-4;
  double beta1 = 0.9, beta2 = 0.99;
  double weight_decay = 0;
  bool operator==(const LionSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"beta1", &beta1, true, 1.0},
            {"beta2", &beta2, true, 1.0},
            {"weight_decay", &weight_decay}};
  }
  /// m, under the name that Adam's has in PyTorch.
  std::vector<std::string> state_names() const { return {"exp_avg"}; }
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
