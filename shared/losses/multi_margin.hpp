// The multi-class hinge loss on class labels (torch.nn.MultiMarginLoss without weights).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the labels of 1/K · Σ over the other classes k of max(0, margin - y_t + y_k)^p. Outputs are
/// N×…×K scores, targets N×… labels (int64).
struct MultiMarginLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true;
  std::int64_t p = 1;
  double margin = 1;
  bool operator==(const MultiMarginLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"p", static_cast<double>(p)}, {"margin", margin}};
  }
  /// Throws UsageError unless p is 1 or 2 and the margin is finite.
  void validate() const;
  /// Throws DataError when a label is not a class.
  void validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
