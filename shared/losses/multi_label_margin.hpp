// The multi-class hinge loss where a sample has several classes (torch.nn.MultiLabelMarginLoss).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the rows of 1/K · Σ over the classes j that a row has and the classes k that it has not of
/// max(0, 1 - y_j + y_k). Outputs are N×…×K scores. Targets (int64) have their shape: each row lists the
/// classes that the sample has, up to the first -1; what stands behind that is not looked at.
struct MultiLabelMarginLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true, takes_every_extent = true;
  bool operator==(const MultiLabelMarginLossSpec&) const = default;

  Shape target_shape(const Shape& outputs) const { return outputs; }
  /// Throws DataError when one that counts is not a class.
  void validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const;
  /// Rows of 0 to K different classes; the last has half of them.
  std::vector<std::int64_t> random_labels(const Shape& outputs, const RandomStream& stream) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
