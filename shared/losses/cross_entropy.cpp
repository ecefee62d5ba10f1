#include "shared/losses/cross_entropy.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void CrossEntropyLossSpec::validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const {
  bool all_ignored = true;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignore_index) continue;
    all_ignored = false;
    if (labels[i] < 0 || labels[i] >= outputs.back())
      throw DataError(
          fmt::format("label {} of sample {} is out of range 0…{}", labels[i], i, outputs.back() - 1));
  }
  if (all_ignored)
    throw DataError(fmt::format("all {} labels are {}, which is ignored", labels.size(), ignore_index), {},
                    "a mean over no label is no number");
}

std::vector<Example> CrossEntropyLossSpec::examples() {
  const CrossEntropyLossSpec some_ignored{.ignore_index = 1};
  return {loss_example("odd", CrossEntropyLossSpec{}, {7, 5}),
          loss_example("one_row", CrossEntropyLossSpec{}, {1, 3}),
          loss_example("two_classes", CrossEntropyLossSpec{}, {19, 2}),
          loss_example("several_hundred_rows", CrossEntropyLossSpec{}, {317, 10}),
          loss_example("sequence", CrossEntropyLossSpec{}, {3, 5, 7}),
          loss_example("ignored_labels", some_ignored, {11, 4}),
          loss_example("many_classes", CrossEntropyLossSpec{}, {5, 131}),
          loss_example("confident", CrossEntropyLossSpec{}, {13, 5}, 30),
          // exp(y) would overflow, in float64 too.
          loss_example("huge", CrossEntropyLossSpec{}, {13, 5}, 1e4),
          loss_example("tiny", CrossEntropyLossSpec{}, {13, 5}, 1e-9)};
}

}  // namespace twin
