#include "shared/losses/bce_with_logits.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/class_labels.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void BceWithLogitsLossSpec::validate() const { validate_weights("pos_weight", pos_weight); }

Shape BceWithLogitsLossSpec::target_shape(const Shape& outputs) const {
  const auto weights = static_cast<std::int64_t>(pos_weight.size());
  if (weights > 1 && weights != outputs.back())
    throw ShapeError(fmt::format("pos_weight: expected {} numbers, one for each output in a row, got {}",
                                 outputs.back(), weights));
  return outputs;
}

void BceWithLogitsLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> BceWithLogitsLossSpec::examples() {
  const BceWithLogitsLossSpec weighted{.pos_weight = {0.5, 3, 1.25}}, rare{.pos_weight = {4}},
      sum{.reduction = Reduction::sum},
      weighted_sum{.pos_weight = {0.5, 3, 1, 2, 0}, .reduction = Reduction::sum};
  return {loss_example("odd", BceWithLogitsLossSpec{}, {7, 3}),
          loss_example("one_element", BceWithLogitsLossSpec{}, {1, 1}),
          loss_example("one_output", BceWithLogitsLossSpec{}, {19, 1}),
          loss_example("several_hundred_rows", BceWithLogitsLossSpec{}, {317, 5}),
          loss_example("picture", BceWithLogitsLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", BceWithLogitsLossSpec{}, {3, 131}), loss_example("weighted", weighted, {7, 3}),
          loss_example("one_weight", rare, {11, 7}), loss_example("weighted_rows", rare, {317, 5}),
          loss_example("sum", sum, {11, 7}), loss_example("weighted_sum", weighted_sum, {11, 5}),
          loss_example("weighted_confident", weighted, {13, 3}, 30),
          loss_example("confident", BceWithLogitsLossSpec{}, {13, 5}, 30),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", BceWithLogitsLossSpec{}, {5, 3}, 1e4),
          loss_example("tiny", BceWithLogitsLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
