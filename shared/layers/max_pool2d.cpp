#include "shared/layers/max_pool2d.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

SlidingWindow2d MaxPool2dSpec::windows() const {
  const Pair strides = stride.value_or(kernel_size);
  return {SlidingWindow{kernel_size[0], strides[0], padding[0], dilation[0]},
          SlidingWindow{kernel_size[1], strides[1], padding[1], dilation[1]}};
}

void MaxPool2dSpec::validate() const {
  twin::validate(windows());
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (padding[axis] > kernel_size[axis] / 2)  // no window may lie beside the picture
      throw LayerError(fmt::format("padding[{}] is {}, at most half of kernel_size[{}] = {} is expected",
                                   axis, padding[axis], axis, kernel_size[axis]));
}

Shape MaxPool2dSpec::output_shape(const Shape& x) const {
  const Shape y = slide(windows(), x, x.size() < 2 ? 0 : x[1]);
  // With gaps between its taps, a window may step over a small picture.
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const SlidingWindow window = windows()[axis];
    for (std::int64_t w = 0; w < y[2 + axis]; ++w) {
      bool sees = false;
      for (std::int64_t tap = 0; tap < window.kernel_size; ++tap) {
        const std::int64_t input = window.input(w, tap);
        sees = sees || (input >= 0 && input < x[2 + axis]);
      }
      if (!sees) refuse_shape("a picture that every window meets", x);
    }
  }
  return y;
}

std::vector<Example> MaxPool2dSpec::examples() {
  const auto pool = [](std::string name, MaxPool2dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"pool", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      pool("halved", {}, {2, 3, 6, 8}),
      // The last row and column fall away.
      pool("odd", {.kernel_size = {2, 3}}, {2, 3, 5, 7}),
      pool("one_picture", {.kernel_size = {3, 2}}, {1, 2, 7, 5}),
      pool("every_element", {.kernel_size = {1, 1}}, {3, 2, 3, 2}),
      pool("whole_picture", {.kernel_size = {3, 5}}, {4, 2, 3, 5}),
      // An input may be the largest of several windows.
      pool("overlapping", {.kernel_size = {3, 3}, .stride = Pair{1, 2}}, {2, 2, 7, 5}),
      pool("padded", {.kernel_size = {3, 4}, .stride = Pair{2, 1}, .padding = {1, 2}}, {2, 3, 5, 4}),
      pool("dilated", {.kernel_size = {2, 3}, .stride = Pair{1, 1}, .padding = {1, 1}, .dilation = {3, 2}},
           {2, 2, 7, 8}),
      pool("several_hundred_pictures", {}, {317, 1, 2, 3}),
      pool("wide", {.kernel_size = {2, 3}, .stride = Pair{1, 2}}, {2, 1, 3, 263}),
      pool("many_channels", {}, {2, 67, 2, 2}),
      pool("huge", {.kernel_size = {2, 3}}, {2, 3, 5, 7}, 1e12),
      // Where all numbers of a window are below zero, a padding of zeros would win.
      layer_example("below_zero",
                    {{"conv", Conv2dSpec{.in_channels = 1, .out_channels = 2, .kernel_size = {2, 2}}},
                     {"pool", MaxPool2dSpec{.kernel_size = {2, 2}, .padding = {1, 1}}}},
                    {2, 1, 5, 4}),
      // Seven values in windows of nine: most have a tie.
      pool("integers", {.kernel_size = {3, 3}, .stride = Pair{2, 2}, .padding = {1, 1}}, {5, 3, 7, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
