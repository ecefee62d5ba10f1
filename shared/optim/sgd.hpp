// Stochastic gradient descent with momentum (torch.optim.SGD).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// v ← momentum·v + (1 - dampening)·g, w ← w - lr·v, with weight_decay·w in g. The velocity of a first step
/// is g, whatever the dampening. Nesterov's step looks ahead by one velocity: w ← w - lr·(g + momentum·v).
struct SgdSpec {
  double lr = 0.1;
  double momentum = 0.0;
  double dampening = 0.0;
  double weight_decay = 0.0;
  bool nesterov = false;
  bool operator==(const SgdSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"momentum", &momentum},
            {"dampening", &dampening},
            {"weight_decay", &weight_decay}};
  }
  /// Throws UsageError when Nesterov's step has no momentum, or a dampened one.
  void validate() const;
  /// More than a rate and a momentum.
  bool has_options() const { return dampening != 0 || weight_decay != 0 || nesterov; }
  /// A velocity that is dampened depends on whether its step is the first.
  bool counts_steps() const { return momentum != 0 && dampening != 0; }
  /// The velocity, under PyTorch's name for it; none without momentum.
  std::vector<std::string> state_names() const;
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();

  /// What the gradient is multiplied by on its way into the velocity, in step number t = 1, 2, ….
  double share(std::int64_t t) const { return counts_steps() && t == 1 ? 1 : 1 - dampening; }
};

}  // namespace twin
