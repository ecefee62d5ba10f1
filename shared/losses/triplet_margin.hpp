// The hinge loss on two distances from an anchor (torch.nn.TripletMarginLoss with p = 2).
#pragma once

#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the triplets of max(0, margin + d(a, p) - d(a, n)), d(u, v) = √Σ(u - v + eps)². With swap, the
/// smaller of d(a, n) and d(p, n) stands for d(a, n). Outputs are N×3×D: anchors a = y[:, 0], positives
/// p = y[:, 1], negatives n = y[:, 2]. There is nothing to aim at: targets are N×0.
struct TripletMarginLossSpec {
  static constexpr bool takes_labels = false, takes_logits = true;
  double margin = 1, eps = 1e-6;
  bool swap = false;
  bool operator==(const TripletMarginLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"margin", margin}, {"eps", eps}, {"swap", swap ? 1.0 : 0.0}};
  }
  /// Throws UsageError unless margin and eps are finite.
  void validate() const;
  /// Throws ShapeError unless outputs are N×3×D.
  Shape target_shape(const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
