#include "shared/losses/cross_entropy.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/class_labels.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void CrossEntropyLossSpec::validate() const {
  validate_weights("weight", weight);
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    throw UsageError(fmt::format("label_smoothing is {}", label_smoothing), {},
                     "give a number of at least 0 and at most 1");
}

Shape CrossEntropyLossSpec::target_shape(const Shape& outputs) const { return label_shape(outputs, weight); }

void CrossEntropyLossSpec::validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const {
  validate_class_labels(labels, outputs.back(), ignore_index, weight, reduction);
}

std::vector<Example> CrossEntropyLossSpec::examples() {
  const std::vector<double> weight{0.5, 2, 0, 1.25, 3};
  const CrossEntropyLossSpec some_ignored{.ignore_index = 1}, weighted{.weight = weight},
      sum{.reduction = Reduction::sum}, smoothed{.label_smoothing = 0.1},
      smoothed_ignored{.ignore_index = 2, .label_smoothing = 0.3},
      everything{.weight = weight, .ignore_index = 1, .label_smoothing = 0.2},
      everything_summed{
          .weight = weight, .ignore_index = 3, .reduction = Reduction::sum, .label_smoothing = 0.2};
  return {loss_example("odd", CrossEntropyLossSpec{}, {7, 5}),
          loss_example("one_row", CrossEntropyLossSpec{}, {1, 3}),
          loss_example("two_classes", CrossEntropyLossSpec{}, {19, 2}),
          loss_example("several_hundred_rows", CrossEntropyLossSpec{}, {317, 10}),
          loss_example("sequence", CrossEntropyLossSpec{}, {3, 5, 7}),
          loss_example("ignored_labels", some_ignored, {11, 4}), loss_example("weighted", weighted, {13, 5}),
          loss_example("sum", sum, {11, 4}), loss_example("smoothed", smoothed, {11, 4}),
          loss_example("smoothed_rows", smoothed, {317, 10}),
          loss_example("smoothed_ignored_labels", smoothed_ignored, {17, 4}),
          loss_example("weighted_smoothed", everything, {17, 5}),
          loss_example("weighted_smoothed_sum", everything_summed, {17, 5}),
          loss_example("smoothed_confident", smoothed, {13, 5}, 30),
          loss_example("many_classes", CrossEntropyLossSpec{}, {5, 131}),
          loss_example("confident", CrossEntropyLossSpec{}, {13, 5}, 30),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", CrossEntropyLossSpec{}, {13, 5}, 1e4),
          loss_example("tiny", CrossEntropyLossSpec{}, {13, 5}, 1e-9)};
}

}  // namespace twin
