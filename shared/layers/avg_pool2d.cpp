#include "shared/layers/avg_pool2d.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

SlidingWindow2d AvgPool2dSpec::windows() const {
  const Pair strides = stride.value_or(kernel_size);
  return {SlidingWindow{kernel_size[0], strides[0], padding[0]},
          SlidingWindow{kernel_size[1], strides[1], padding[1]}};
}

void AvgPool2dSpec::validate() const {
  twin::validate(windows());
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (padding[axis] > kernel_size[axis] / 2)  // no window may lie beside the picture
      throw LayerError(fmt::format("padding[{}] is {}, at most half of kernel_size[{}] = {} is expected",
                                   axis, padding[axis], axis, kernel_size[axis]));
  if (divisor_override) positive_size(*divisor_override, "divisor_override");
}

Shape AvgPool2dSpec::output_shape(const Shape& x) const {
  return slide(windows(), x, x.size() < 2 ? 0 : x[1]);
}

std::vector<Example> AvgPool2dSpec::examples() {
  const auto pool = [](std::string name, AvgPool2dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"pool", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      pool("halved", {}, {2, 3, 6, 8}),
      // The last row and column fall away.
      pool("odd", {.kernel_size = {2, 3}}, {2, 3, 5, 7}),
      pool("one_picture", {.kernel_size = {3, 2}}, {1, 2, 7, 5}),
      pool("every_element", {.kernel_size = {1, 1}}, {3, 2, 3, 2}),
      pool("whole_picture", {.kernel_size = {3, 5}}, {4, 2, 3, 5}),
      // An input belongs to several windows.
      pool("overlapping", {.kernel_size = {3, 3}, .stride = Pair{1, 2}}, {2, 2, 7, 5}),
      // Rows and columns between the windows belong to none.
      pool("with_gaps", {.kernel_size = {1, 2}, .stride = Pair{2, 3}}, {2, 2, 5, 8}),
      pool("padded", {.kernel_size = {3, 4}, .stride = Pair{2, 1}, .padding = {1, 2}}, {2, 3, 5, 4}),
      pool("padding_not_counted",
           {.kernel_size = {3, 4}, .stride = Pair{2, 1}, .padding = {1, 2}, .count_include_pad = false},
           {2, 3, 5, 4}),
      pool("divisor_override",
           {.kernel_size = {3, 2}, .padding = {1, 1}, .count_include_pad = false, .divisor_override = 5},
           {2, 2, 7, 5}),
      pool("several_hundred_pictures", {}, {317, 1, 2, 3}),
      pool("wide", {.kernel_size = {2, 3}, .stride = Pair{1, 2}}, {2, 1, 3, 263}),
      pool("many_channels", {}, {2, 67, 2, 2}),
      pool("huge", {.kernel_size = {2, 3}}, {2, 3, 5, 7}, 1e12),
      pool("tiny", {.kernel_size = {2, 3}}, {2, 3, 5, 7}, 1e-12),
      // What flows back into the convolution has come through the pooling.
      layer_example("between",
                    {{"conv", Conv2dSpec{.in_channels = 1, .out_channels = 2, .kernel_size = {2, 2}}},
                     {"pool", AvgPool2dSpec{.kernel_size = {3, 2}, .stride = Pair{1, 2}, .padding = {1, 0}}},
                     smooth_layer("smooth")},
                    {2, 1, 5, 7}),
      // Windows of one, two or four elements: nothing is rounded.
      pool("integers",
           {.kernel_size = {2, 2}, .stride = Pair{1, 1}, .padding = {1, 1}, .count_include_pad = false},
           {5, 3, 7, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
