// Softmax cross-entropy on class labels (torch.nn.CrossEntropyLoss).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Softmax over the last extent, then negative log-likelihood, mean over the labels that are not ignored.
/// Outputs are N×…×K logits, targets N×… labels (int64). (PyTorch has the classes second: N×K×….)
///
/// `weight` multiplies the terms of each class; the mean divides by the sum of the labels' weights then.
/// label_smoothing takes that share of each label, and spreads it evenly over all K classes.
struct CrossEntropyLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true;
  std::vector<double> weight = {};   // of each class; empty: each has 1
  std::int64_t ignore_index = -100;  // a label that asks for nothing
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0;  // 0 … 1
  bool operator==(const CrossEntropyLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"ignore_index", static_cast<double>(ignore_index)},
            {"weights", static_cast<double>(weight.size())},
            {"sum", is_sum(reduction)},
            {"label_smoothing", label_smoothing}};
  }
  /// Throws UsageError when a weight is negative or not finite, or label_smoothing is not in 0 … 1.
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
