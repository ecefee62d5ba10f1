// Adam with decoupled weight decay (torch.optim.AdamW).
#pragma once

#include <string>
#include <vector>

#include "shared/optim/adam.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

/// w ← (1 - lr·weight_decay)·w, then Adam's step by a gradient that knows nothing of the decay.
struct AdamwSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
  /// Biases and the scales of normalisations decay too, as in a torch.optim.AdamW that is given all
  /// parameters in one group.
  bool decay_all = false;
  bool operator==(const AdamwSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"beta1", &beta1, true, 1.0},
            {"beta2", &beta2, true, 1.0},
            {"eps", &eps},
            {"weight_decay", &weight_decay}};
  }
  bool decays(ParameterRole role) const { return decay_all || role == ParameterRole::weight; }
  /// The step that follows the decay.
  AdamSpec adam() const { return {.lr = lr, .beta1 = beta1, .beta2 = beta2, .eps = eps, .amsgrad = amsgrad}; }

  /// Adam's.
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
