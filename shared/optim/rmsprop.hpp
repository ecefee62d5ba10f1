// RMSprop (torch.optim.RMSprop).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// s ← alpha·s + (1 - alpha)·g², w ← w - lr·g / (√s + eps), with weight_decay·w in g. Centred, a ← alpha·a +
/// (1 - alpha)·g and √(s - a²) stands for √s. With momentum, b ← momentum·b + g / (√s + eps), w ← w - lr·b.
struct RmspropSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;
  bool operator==(const RmspropSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"alpha", &alpha, true, 1.0},
            {"eps", &eps},
            {"weight_decay", &weight_decay},
            {"momentum", &momentum}};
  }
  /// s; b with momentum; a when centred: under PyTorch's names for them.
  std::vector<std::string> state_names() const;
  /// The gradient by which the update went, which the average of the gradients alone tells.
  std::vector<double> implied_gradient(const UpdateValues& before, const Array& moved,
                                       const std::vector<Array>& state) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
