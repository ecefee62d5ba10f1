#include "shared/compare/layout.hpp"

namespace twin::values {

Values permuted(const Values& from, const Shape& shape, const std::vector<std::size_t>& axes) {
  const std::size_t rank = shape.size();
  std::vector<std::size_t> stride(rank, 1), index(rank, 0);
  for (std::size_t k = rank - 1; k-- > 0;) stride[k] = stride[k + 1] * static_cast<std::size_t>(shape[k + 1]);
  Values result;
  result.reserve(from.size());
  for (std::size_t n = 0; n < from.size(); ++n) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < rank; ++k) at += index[k] * stride[axes[k]];
    result.push_back(from[at]);
    for (std::size_t k = rank; k-- > 0;) {
      if (++index[k] < static_cast<std::size_t>(shape[axes[k]])) break;
      index[k] = 0;
    }
  }
  return result;
}

Values moved(const Values& from, const Shape& shape, std::size_t axis,
             const std::function<std::size_t(std::size_t)>& source) {
  const auto [outer, extent, inner] = split(shape, axis);
  Values result(from.size());
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t e = 0; e < extent; ++e)
      for (std::size_t i = 0; i < inner; ++i)
        result[(o * extent + e) * inner + i] = from[(o * extent + source(e)) * inner + i];
  return result;
}

Split split(const Shape& shape, std::size_t axis) {
  Split result{1, static_cast<std::size_t>(shape[axis]), 1};
  for (std::size_t k = 0; k < axis; ++k) result.outer *= static_cast<std::size_t>(shape[k]);
  for (std::size_t k = axis + 1; k < shape.size(); ++k) result.inner *= static_cast<std::size_t>(shape[k]);
  return result;
}

Values slice(const Values& from, const Shape& shape, std::size_t axis, std::size_t at) {
  const auto [outer, extent, inner] = split(shape, axis);
  Values result;
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < inner; ++i) result.push_back(from[(o * extent + at) * inner + i]);
  return result;
}

}  // namespace twin::values
