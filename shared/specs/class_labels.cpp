#include "shared/specs/class_labels.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"

namespace twin {

void validate_weights(std::string_view name, const std::vector<double>& weights) {
  for (const double weight : weights)
    if (!(std::isfinite(weight) && weight >= 0))
      throw UsageError(fmt::format("a number of {} is {}", name, weight), {},
                       "give finite numbers of at least 0");
}

Shape label_shape(const Shape& outputs, const std::vector<double>& weight) {
  if (!weight.empty() && static_cast<std::int64_t>(weight.size()) != outputs.back())
    throw ShapeError(fmt::format("weight: expected {} numbers, one for each class, got {}", outputs.back(),
                                 weight.size()));
  return {outputs.begin(), outputs.end() - 1};
}

void validate_class_labels(std::span<const std::int64_t> labels, std::int64_t classes,
                           std::int64_t ignore_index, const std::vector<double>& weight,
                           Reduction reduction) {
  bool all_ignored = true, weightless = true;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignore_index) continue;
    if (labels[i] < 0 || labels[i] >= classes)
      throw DataError(fmt::format("label {} of sample {} is out of range 0…{}", labels[i], i, classes - 1));
    all_ignored = false;
    weightless = weightless && !weight.empty() && weight[static_cast<std::size_t>(labels[i])] == 0;
  }
  if (reduction == Reduction::sum) return;
  constexpr const char* kWhy = "a mean over no label is no number";
  if (all_ignored)
    throw DataError(fmt::format("all {} labels are {}, which is ignored", labels.size(), ignore_index), {},
                    kWhy);
  if (weightless)
    throw DataError(fmt::format("the classes of all {} labels have weight 0", labels.size()), {}, kWhy);
}

}  // namespace twin
