// Rprop (torch.optim.Rprop).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Each element has a step size of its own, which grows by etaplus where the gradient keeps its sign and
/// shrinks by etaminus where the sign turns: w ← w - sign(g)·size, and no step where the sign has turned.
struct RpropSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-2;  // the first step size, and nothing else
  double etaminus = 0.5, etaplus = 1.2;
  double step_size_min = 1e-6, step_size_max = 50;
  bool operator==(const RpropSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"etaminus", &etaminus, false, 1.0},
            {"etaplus", &etaplus, false},
            {"step_size_min", &step_size_min},
            {"step_size_max", &step_size_max, false}};
  }
  /// Throws UsageError unless etaplus is above 1 and the step sizes are in their order.
  void validate() const;
  /// The gradient of the step before, 0 where it had turned, and the step size: under PyTorch's names for
  /// them.
  std::vector<std::string> state_names() const { return {"prev", "step_size"}; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
