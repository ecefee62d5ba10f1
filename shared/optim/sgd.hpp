// Stochastic gradient descent with momentum (torch.optim.SGD without dampening).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// v ← momentum·v + g, w ← w - lr·v.
struct SgdSpec {
  static constexpr bool counts_steps = false;
  double lr = 0.1;
  double momentum = 0.0;
  bool operator==(const SgdSpec&) const = default;

  HyperparameterFields hyperparameters() { return {{"lr", &lr, false}, {"momentum", &momentum}}; }
  /// The velocity, under PyTorch's name for it; none without momentum.
  std::vector<std::string> state_names() const;
  /// The gradient by which the update went, as far as what it left behind tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
