// The binary cross-entropy on probabilities (torch.nn.BCELoss without weights).
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/reduction.hpp"

namespace twin {

struct Example;

/// Mean (or sum) over all elements of -t·log y - (1-t)·log(1 - y), where no logarithm is below -100; outputs
/// and targets are probabilities, in the same shape and dtype.
struct BceLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  static constexpr std::pair<double, double> target_range{0, 1};
  /// PyTorch's: the smallest logarithm, and the smallest y·(1 - y) that the gradient divides by.
  static constexpr double kSmallestLog = -100, kSmallestVariance = static_cast<double>(1e-12F);
  Reduction reduction = Reduction::mean;
  bool operator==(const BceLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"sum", is_sum(reduction)}}; }
  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
