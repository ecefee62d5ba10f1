// Adagrad (torch.optim.Adagrad).
#pragma once

#include <string>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// sum ← sum + g², w ← w - lr / (1 + (t - 1)·lr_decay)·g / (√sum + eps), with weight_decay·w in g and t = 1,
/// 2, …
struct AdagradSpec {
  static constexpr bool counts_steps = true;
  double lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;
  double initial_accumulator_value = 0;
  double eps = 1e-10;
  bool operator==(const AdagradSpec&) const = default;

  HyperparameterFields hyperparameters() {
    return {{"lr", &lr, false},
            {"lr_decay", &lr_decay},
            {"weight_decay", &weight_decay},
            {"initial_accumulator_value", &initial_accumulator_value},
            {"eps", &eps}};
  }
  /// The sum of squares, under PyTorch's name for it.
  std::vector<std::string> state_names() const { return {"sum"}; }
  /// What it starts from.
  double initial_state(std::size_t) const { return initial_accumulator_value; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const UpdateValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
