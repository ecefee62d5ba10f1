#include "shared/losses/nll.hpp"

#include "shared/specs/class_labels.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void NllLossSpec::validate() const { validate_weights("weight", weight); }

Shape NllLossSpec::target_shape(const Shape& outputs) const { return label_shape(outputs, weight); }

void NllLossSpec::validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const {
  validate_class_labels(labels, outputs.back(), ignore_index, weight, reduction);
}

std::vector<Example> NllLossSpec::examples() {
  const std::vector<double> weight{0.5, 2, 0, 1.25, 3};
  const NllLossSpec some_ignored{.ignore_index = 1}, weighted{.weight = weight},
      weighted_ignored{.weight = weight, .ignore_index = 3}, sum{.reduction = Reduction::sum},
      weighted_sum{.weight = weight, .ignore_index = 0, .reduction = Reduction::sum};
  return {loss_example("odd", NllLossSpec{}, {7, 5}),
          loss_example("one_row", NllLossSpec{}, {1, 3}),
          loss_example("two_classes", NllLossSpec{}, {19, 2}),
          loss_example("several_hundred_rows", NllLossSpec{}, {317, 10}),
          loss_example("sequence", NllLossSpec{}, {3, 5, 7}),
          loss_example("ignored_labels", some_ignored, {11, 4}),
          loss_example("weighted", weighted, {13, 5}),
          loss_example("weighted_ignored_labels", weighted_ignored, {17, 5}),
          loss_example("weighted_sequence", weighted, {3, 7, 5}),
          loss_example("sum", sum, {11, 4}),
          loss_example("weighted_sum", weighted_sum, {17, 5}),
          loss_example("many_classes", NllLossSpec{}, {5, 131}),
          loss_example("huge", NllLossSpec{}, {13, 5}, 1e6),
          loss_example("tiny", NllLossSpec{}, {13, 5}, 1e-9)};
}

}  // namespace twin
