#include "shared/losses/multi_label_soft_margin.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void MultiLabelSoftMarginLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

std::vector<Example> MultiLabelSoftMarginLossSpec::examples() {
  return {loss_example("odd", MultiLabelSoftMarginLossSpec{}, {7, 3}),
          loss_example("one_element", MultiLabelSoftMarginLossSpec{}, {1, 1}),
          loss_example("one_class", MultiLabelSoftMarginLossSpec{}, {19, 1}),
          loss_example("several_hundred_rows", MultiLabelSoftMarginLossSpec{}, {317, 5}),
          loss_example("picture", MultiLabelSoftMarginLossSpec{}, {2, 3, 5, 7}),
          loss_example("many_classes", MultiLabelSoftMarginLossSpec{}, {3, 131}),
          loss_example("confident", MultiLabelSoftMarginLossSpec{}, {13, 5}, 30),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", MultiLabelSoftMarginLossSpec{}, {5, 3}, 1e4),
          loss_example("tiny", MultiLabelSoftMarginLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
