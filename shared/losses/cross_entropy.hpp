// Softmax cross-entropy on class labels (torch.nn.CrossEntropyLoss).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Softmax over the last extent, then negative log-likelihood, mean over the labels that are not ignored.
/// Outputs are N×…×K logits, targets N×… labels (int64). (PyTorch has the classes second: N×K×….)
struct CrossEntropyLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true;
  std::int64_t ignore_index = -100;  // a label that asks for nothing
  bool operator==(const CrossEntropyLossSpec&) const = default;

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"ignore_index", static_cast<double>(ignore_index)}};
  }
  /// Throws DataError when a label is neither a class nor ignored, or when all are ignored.
  void validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
