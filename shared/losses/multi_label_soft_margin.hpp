// One binary cross-entropy for each of several classes (torch.nn.MultiLabelSoftMarginLoss without weights).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the rows, and over the classes of a row, of -t·log σ(y) - (1-t)·log σ(-y). Outputs are N×…×K
/// scores; targets have their shape and dtype: 1 for a class that the sample has, 0 for one that it has not,
/// or a probability.
struct MultiLabelSoftMarginLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  static constexpr std::pair<double, double> target_range{0, 1};
  bool operator==(const MultiLabelSoftMarginLossSpec&) const = default;

  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
