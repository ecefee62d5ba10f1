// A tensor's values, row-major, seen by its axes.
#pragma once

#include <functional>
#include <vector>

#include "shared/compare/values.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin::values {

/// The element of `from` that a permutation of the axes puts at each place of the result.
Values permuted(const Values& from, const Shape& shape, const std::vector<std::size_t>& axes);

/// The same values, each slice along `axis` taken from the place that `source` says.
Values moved(const Values& from, const Shape& shape, std::size_t axis,
             const std::function<std::size_t(std::size_t)>& source);

/// The elements before, along and behind an axis: (o·extent + e)·inner + i.
struct Split {
  std::size_t outer, extent, inner;
};
Split split(const Shape& shape, std::size_t axis);
/// The values at one place of an axis.
Values slice(const Values& from, const Shape& shape, std::size_t axis, std::size_t at);

}  // namespace twin::values
