// The binary cross-entropy on logits (torch.nn.BCEWithLogitsLoss).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of -q·t·log σ(y) - (1-t)·log(1 - σ(y)), where q, the weight of what should
/// be 1, is pos_weight; targets are probabilities, in the shape and dtype of the outputs.
struct BceWithLogitsLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 1};
  std::vector<double> pos_weight = {};  // of each output in a row, or one for all; empty: 1
  Reduction reduction = Reduction::mean;
  bool operator==(const BceWithLogitsLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"weights", static_cast<double>(pos_weight.size())}, {"sum", is_sum(reduction)}};
  }
  /// Throws UsageError when a weight is negative or not finite.
  void validate() const;
  /// Throws ShapeError unless there are as many weights as outputs in a row, or one, or none.
  Shape target_shape(const Shape& outputs) const;
  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
