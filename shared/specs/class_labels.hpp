// Labels that are numbers of classes, some of them ignored, and PyTorch's `weight`: a number for each class.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "shared/specs/reduction.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// Throws UsageError when a weight is negative or not finite; `name` says which weights they are.
void validate_weights(std::string_view name, const std::vector<double>& weights);

/// The shape of labels for outputs whose last extent are the classes. Throws ShapeError unless there is a
/// weight for each class, or none at all.
Shape label_shape(const Shape& outputs, const std::vector<double>& weight);

/// Throws DataError when a label is neither in 0 … classes - 1 nor ignored. A mean over labels that are all
/// ignored, or whose weights are all 0, is no number: it throws then too.
void validate_class_labels(std::span<const std::int64_t> labels, std::int64_t classes,
                           std::int64_t ignore_index, const std::vector<double>& weight, Reduction reduction);

}  // namespace twin
