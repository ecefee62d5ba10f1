#include "shared/losses/multi_label_margin.hpp"

#include <fmt/format.h>
#include <numeric>
#include <utility>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void MultiLabelMarginLossSpec::validate_labels(std::span<const std::int64_t> labels,
                                               const Shape& outputs) const {
  const auto classes = static_cast<std::size_t>(outputs.back());
  for (std::size_t first = 0; first < labels.size(); first += classes)
    for (std::size_t k = first; k < first + classes && labels[k] != -1; ++k)
      if (labels[k] < 0 || labels[k] >= outputs.back())
        throw DataError(fmt::format("label {} of sample {} is out of range 0…{}", labels[k], first / classes,
                                    outputs.back() - 1),
                        {}, "a row ends with -1");
}

std::vector<std::int64_t> MultiLabelMarginLossSpec::random_labels(const Shape& outputs,
                                                                  const RandomStream& stream) const {
  const auto classes = static_cast<std::size_t>(outputs.back());
  std::vector<std::int64_t> labels(static_cast<std::size_t>(element_count(outputs)));
  std::uint64_t drawn = 0;
  for (std::size_t first = 0; first < labels.size(); first += classes) {
    const auto row = std::span(labels).subspan(first, classes);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t k = classes; k > 1; --k) std::swap(row[k - 1], row[stream.below(drawn++, k)]);
    std::size_t count = stream.below(drawn++, classes + 1);
    if (first + classes == labels.size()) count = (classes + 1) / 2;
    for (std::size_t k = count; k < classes; ++k) row[k] = -1;
  }
  return labels;
}

std::vector<Example> MultiLabelMarginLossSpec::examples() {
  std::vector<Example> all{
      loss_example("odd", MultiLabelMarginLossSpec{}, {7, 5}),
      loss_example("one_row", MultiLabelMarginLossSpec{}, {1, 3}),
      loss_example("two_classes", MultiLabelMarginLossSpec{}, {19, 2}),
      loss_example("several_hundred_rows", MultiLabelMarginLossSpec{}, {317, 10}),
      loss_example("sequence", MultiLabelMarginLossSpec{}, {3, 5, 7}),
      loss_example("many_classes", MultiLabelMarginLossSpec{}, {5, 67}),
      // On both sides of the margin.
      loss_example("around_the_margin", MultiLabelMarginLossSpec{}, {19, 7}, 2),
      loss_example("huge", MultiLabelMarginLossSpec{}, {13, 5}, 1e6),
      loss_example("tiny", MultiLabelMarginLossSpec{}, {13, 5}, 1e-6),
      // Margins are met exactly. Sums of integers over a power of 2 are exact in any order.
      loss_example("integers", MultiLabelMarginLossSpec{}, {32, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
