#include "shared/losses/bce_with_logits.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void BceWithLogitsLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> BceWithLogitsLossSpec::examples() {
  return {loss_example("odd", BceWithLogitsLossSpec{}, {7, 3}),
          loss_example("one_element", BceWithLogitsLossSpec{}, {1, 1}),
          loss_example("one_output", BceWithLogitsLossSpec{}, {19, 1}),
          loss_example("several_hundred_rows", BceWithLogitsLossSpec{}, {317, 5}),
          loss_example("picture", BceWithLogitsLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", BceWithLogitsLossSpec{}, {3, 131}),
          loss_example("confident", BceWithLogitsLossSpec{}, {13, 5}, 30),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", BceWithLogitsLossSpec{}, {5, 3}, 1e4),
          loss_example("tiny", BceWithLogitsLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
