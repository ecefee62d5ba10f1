#include "shared/layers/flatten.hpp"

#include <fmt/format.h>
#include <numeric>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void FlattenSpec::validate() const {
  if (start_dim == 0) throw LayerError("start_dim is 0, the batch must stay by itself");
  if ((start_dim < 0) == (end_dim < 0) && end_dim < start_dim)
    throw LayerError(fmt::format("end_dim {} lies before start_dim {}", end_dim, start_dim));
}

Shape FlattenSpec::output_shape(const Shape& x) const {
  const auto rank = std::ssize(x);
  const auto from_front = [&](std::int64_t dim) { return dim < 0 ? dim + rank : dim; };
  const std::int64_t start = from_front(start_dim), end = from_front(end_dim);
  if (start < 1 || end < start || end >= rank)
    refuse_shape(fmt::format("extents {} to {} behind the batch", start_dim, end_dim), x);
  Shape y(x.begin(), x.begin() + start);
  y.push_back(std::accumulate(x.begin() + start, x.begin() + end + 1, std::int64_t{1}, std::multiplies<>()));
  y.insert(y.end(), x.begin() + end + 1, x.end());
  return y;
}

std::vector<Example> FlattenSpec::examples() {
  const auto flatten = [](std::string name, FlattenSpec spec, Shape input) {
    return layer_example(std::move(name), {{"flatten", spec}}, std::move(input));
  };
  std::vector<Example> all{
      flatten("pictures", {}, {5, 3, 7, 2}),
      flatten("one_picture", {}, {1, 2, 3, 5}),
      flatten("already_flat", {}, {4, 7}),
      flatten("inner_extents", {2, -2}, {2, 3, 5, 7, 2}),
      flatten("several_hundred_pictures", {}, {317, 1, 2, 3}),
      flatten("wide", {}, {2, 3, 5, 67}),
      // What the layer behind it learns depends on the order of the elements.
      layer_example("before_dense", {{"flatten", FlattenSpec{}}, {"dense", DenseSpec{30, 7}}}, {11, 2, 5, 3}),
      flatten("integers", {}, {3, 5, 2, 7}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
