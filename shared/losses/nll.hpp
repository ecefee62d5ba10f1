// The negative log-likelihood on log-probabilities and class labels (torch.nn.NLLLoss).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Minus the output at each label, times the weight of its class; summed over the labels that are not ignored
/// and, for the mean, divided by the sum of their weights. Outputs are N×…×K log-probabilities, targets N×…
/// labels (int64). (PyTorch has the classes second: N×K×….)
struct NllLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true;
  std::vector<double> weight = {};   // of each class; empty: each has 1
  std::int64_t ignore_index = -100;  // a label that asks for nothing
  Reduction reduction = Reduction::mean;
  bool operator==(const NllLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"ignore_index", static_cast<double>(ignore_index)},
            {"weights", static_cast<double>(weight.size())},
            {"sum", is_sum(reduction)}};
  }
  /// Throws UsageError when a weight is negative or not finite.
  void validate() const;
  /// Throws ShapeError unless there are as many weights as classes, or none.
  Shape target_shape(const Shape& outputs) const;
  /// Throws DataError when a label is neither a class nor ignored, or when all of a mean are ignored or weigh
  /// nothing.
  void validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
