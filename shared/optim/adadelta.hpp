// Adadelta (torch.optim.Adadelta).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// s ← rho·s + (1 - rho)·g², d = √(a + eps) / √(s + eps)·g, a ← rho·a + (1 - rho)·d², w ← w - lr·d, with
/// weight_decay·w in g.
struct AdadeltaSpec {
  static constexpr bool counts_steps = true;
  double lr = 1.0;
  double rho = 0.9;
  double eps = 1e-6;
  double weight_decay = 0;
  bool operator==(const AdadeltaSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false}, {"rho", &rho, true, 1.0}, {"eps", &eps}, {"weight_decay", &weight_decay}};
  }
  /// s and a, under PyTorch's names for them.
  std::vector<std::string> state_names() const { return {"square_avg", "acc_delta"}; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
