// One minus Dice's coefficient of outputs and targets, for segmentation. PyTorch has no module for it.
#pragma once

#include <utility>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the samples of 1 - (2·Σ p·g + smooth) / (Σ p² + Σ g² + smooth), each sum over all elements of
/// one sample. Outputs p and targets g are probabilities (what comes out of a sigmoid, not logits), in the
/// same shape and dtype.
struct DiceLossSpec {
  static constexpr bool takes_labels = false, takes_logits = false;
  static constexpr std::pair<double, double> target_range{0, 1};
  double smooth = 1;
  bool operator==(const DiceLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const { return {{"smooth", smooth}}; }
  /// Throws UsageError unless smooth is finite and at least 0.
  void validate() const;
  /// Throws DataError unless 0 <= target <= 1.
  void validate_target(double target) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
