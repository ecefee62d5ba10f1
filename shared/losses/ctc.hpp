// Connectionist temporal classification: labels whose places in a sequence are not known (torch.nn.CTCLoss).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// Mean over the sequences of -log p(labels) / number of labels (1 where there is none), p the sum over all
/// ways to spell the labels in the steps that there are: blanks between them, each as often as it likes, one
/// blank at least between two that are equal.
///
/// Outputs are N×T×K logits. PyTorch asks for T×N×K log-probabilities: they may be given here as well, in our
/// layout, since the logarithm of their softmax is what they are. (PyTorch's gradient is that by logits even
/// so: it leaves it to a log_softmax in front to change nothing.)
///
/// Targets are N×T (int64): no sequence has more labels than steps. A row holds its labels, then kNoLabel for
/// each further step, then kNoStep for each step that its inputs have not.
struct CtcLossSpec {
  static constexpr bool takes_labels = true, takes_logits = true, takes_every_extent = true;
  static constexpr std::int64_t kNoLabel = -1, kNoStep = -2;
  std::int64_t blank = 0;
  bool zero_infinity = false;  // a sequence too short for its labels costs nothing; else it is refused
  bool operator==(const CtcLossSpec&) const = default;

  /// What a row of targets says.
  struct Lengths {
    std::int64_t labels, steps;
  };
  static Lengths lengths_of(std::span<const std::int64_t> row);
  /// The steps that they need: one for each, one more between two that are equal.
  static std::int64_t steps_needed(std::span<const std::int64_t> labels);

  std::vector<Hyperparameter> hyperparameters() const {
    return {{"blank", static_cast<double>(blank)}, {"zero_infinity", zero_infinity ? 1.0 : 0.0}};
  }
  /// Throws UsageError unless the blank is 0 or more.
  void validate() const;
  /// Throws ShapeError unless outputs are N×T×K, K above the blank.
  Shape target_shape(const Shape& outputs) const;
  /// Throws DataError when a row is not as above, a label is no class or the blank, and when the steps are
  /// too few for the labels, unless zero_infinity.
  void validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const;
  /// Rows of different lengths, with equal neighbours among the labels; the first takes all of its steps.
  std::vector<std::int64_t> random_labels(const Shape& outputs, const RandomStream& stream) const;
  std::vector<Prediction> mistakes(const LossValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
