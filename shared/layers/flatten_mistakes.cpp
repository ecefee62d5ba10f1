#include "shared/layers/flatten.hpp"

namespace twin {
namespace flatten_mistakes {

// Of every element, in row-major order, where it stands when axis permutation[k] comes k-th.
std::vector<std::size_t> places(const Shape& shape, const std::vector<std::size_t>& permutation) {
  std::vector<std::size_t> strides(shape.size());
  std::size_t stride = 1;
  for (std::size_t k = permutation.size(); k-- > 0;) {
    strides[permutation[k]] = stride;
    stride *= static_cast<std::size_t>(shape[permutation[k]]);
  }
  std::vector<std::size_t> all(stride);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::size_t rest = i;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const auto extent = static_cast<std::size_t>(shape[axis]);
      all[i] += rest % extent * strides[axis];
      rest /= extent;
    }
  }
  return all;
}

struct Order {
  const char* cause;
  const char* meaning;
  std::vector<std::size_t> axes;
};

// Orders in which others lay the extents from `start` to `end` out.
std::vector<Order> wrong_orders(std::size_t rank, std::size_t start, std::size_t end) {
  Order reversed{"column_major", "each sample is laid out column by column, the first extent fastest", {}},
      channels_last{
          "channels_last", "the first of these extents, the channels, is laid out last (N×H×W×C)", {}};
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool inside = axis >= start && axis <= end;
    reversed.axes.push_back(inside ? start + end - axis : axis);
    channels_last.axes.push_back(!inside ? axis : axis < end ? axis + 1 : start);
  }
  return {reversed, channels_last};
}

}  // namespace flatten_mistakes

std::vector<Prediction> FlattenSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace flatten_mistakes;
  if (quantity.role != Role::output && quantity.role != Role::input_gradient) return {};
  const std::size_t rank = v.x.shape.size();
  const auto from_front = [&](std::int64_t dim) {
    return static_cast<std::size_t>(dim < 0 ? dim + static_cast<std::int64_t>(rank) : dim);
  };
  std::vector<Prediction> all;
  for (const Order& order : wrong_orders(rank, from_front(start_dim), from_front(end_dim))) {
    const std::vector<std::size_t> to = places(v.x.shape, order.axes);
    std::vector<double> values(to.size());
    for (std::size_t i = 0; i < to.size(); ++i)
      if (quantity.role == Role::output)
        values[to[i]] = v.x[i];
      else
        values[i] = v.d_y[to[i]];
    all.push_back({order.cause,
                   quantity.role == Role::output ? "y = x in another order" : "d_x = d_y in another order",
                   order.meaning, std::move(values)});
  }
  return all;
}

}  // namespace twin
