#include "shared/layers/conv_transpose2d.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

SlidingWindow2d ConvTranspose2dSpec::windows() const {
  return {SlidingWindow{kernel_size[0], stride[0], padding[0], dilation[0]},
          SlidingWindow{kernel_size[1], stride[1], padding[1], dilation[1]}};
}

void ConvTranspose2dSpec::validate() const {
  positive_size(in_channels, "in_channels");
  positive_size(out_channels, "out_channels");
  positive_size(groups, "groups");
  for (const auto& [name, channels] : {std::pair{"in_channels", in_channels}, {"out_channels", out_channels}})
    if (channels % groups != 0)
      throw LayerError(fmt::format("{} is {}, which {} groups do not divide", name, channels, groups));
  twin::validate(windows());
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t limit = std::max(stride[axis], dilation[axis]);
    if (output_padding[axis] < 0 || output_padding[axis] >= limit)
      throw LayerError(
          fmt::format("output_padding[{}] is {}, expected one of 0…{}: below the stride or the "
                      "dilation",
                      axis, output_padding[axis], limit - 1));
  }
}

Shape ConvTranspose2dSpec::output_shape(const Shape& x) const {
  if (x.size() != 4 || x[1] != in_channels) refuse_shape(fmt::format("N×{}×H×W", in_channels), x);
  Shape y{x[0], out_channels};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t whole =
        (x[2 + axis] - 1) * stride[axis] + windows()[axis].span() + output_padding[axis];
    y.push_back(whole - 2 * padding[axis]);
    if (y.back() <= 0)
      refuse_shape(fmt::format("a {} of which padding[{}] = {} leaves something: it cuts {} off {}",
                               axis == 0 ? "height" : "width", axis, padding[axis], 2 * padding[axis], whole),
                   x);
  }
  return y;
}

std::vector<ParameterSpec> ConvTranspose2dSpec::parameters() const {
  std::vector<ParameterSpec> all{{"weight",
                                  {in_channels, out_channels / groups, kernel_size[0], kernel_size[1]},
                                  ParameterRole::weight}};
  if (bias) all.push_back({"bias", {out_channels}, ParameterRole::bias});
  return all;
}

double ConvTranspose2dSpec::forward_flops(const Shape& x) const {
  return 2.0 * static_cast<double>(element_count(x)) * static_cast<double>(taps());
}

std::vector<Example> ConvTranspose2dSpec::examples() {
  const auto conv = [](std::string name, ConvTranspose2dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"deconv", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      conv("odd", {.in_channels = 3, .out_channels = 5, .kernel_size = {3, 2}}, {2, 3, 4, 5}),
      conv("one_picture", {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 3}}, {1, 2, 3, 5}),
      conv("one_element", {.kernel_size = {2, 2}}, {1, 1, 1, 1}),
      conv("pointwise", {.in_channels = 5, .out_channels = 7}, {3, 5, 2, 3}),
      // As many channels on either side: the weight's first two extents are equal.
      conv("square_channels", {.in_channels = 3, .out_channels = 3, .kernel_size = {2, 2}}, {2, 3, 3, 4}),
      conv("padded", {.in_channels = 2, .out_channels = 3, .kernel_size = {5, 3}, .padding = {2, 1}},
           {2, 2, 4, 5}),
      // Some taps fall beside the picture for every input.
      conv("mostly_cut_off", {.in_channels = 2, .out_channels = 3, .kernel_size = {5, 4}, .padding = {2, 2}},
           {2, 2, 1, 2}),
      conv("strided",
           {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}, .stride = {2, 3}, .padding = {1, 0}},
           {3, 2, 4, 3}),
      // Between the windows are outputs that none meets: the bias alone.
      conv("sparse", {.in_channels = 2, .out_channels = 3, .stride = {3, 2}}, {2, 2, 3, 4}),
      conv("output_padded",
           {.in_channels = 2,
            .out_channels = 3,
            .kernel_size = {3, 3},
            .stride = {2, 3},
            .padding = {1, 1},
            .output_padding = {1, 2}},
           {2, 2, 3, 2}),
      // More output padding than the stride: beyond the last input there is room for another window.
      conv("output_padded_below_the_dilation",
           {.in_channels = 2,
            .out_channels = 2,
            .kernel_size = {2, 2},
            .output_padding = {2, 1},
            .dilation = {3, 2}},
           {2, 2, 3, 2}),
      conv(
          "dilated",
          {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}, .padding = {1, 2}, .dilation = {2, 3}},
          {2, 2, 3, 4}),
      conv("grouped",
           {.in_channels = 4, .out_channels = 6, .kernel_size = {2, 3}, .padding = {1, 0}, .groups = 2},
           {3, 4, 4, 3}),
      conv("depthwise",
           {.in_channels = 3, .out_channels = 3, .kernel_size = {3, 2}, .stride = {2, 1}, .groups = 3},
           {2, 3, 3, 5}),
      conv("without_bias", {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 2}, .bias = false},
           {3, 2, 4, 3}),
      conv("several_hundred_pictures", {.in_channels = 1, .out_channels = 2, .kernel_size = {2, 3}},
           {317, 1, 2, 2}),
      // Rows longer than any block of a product or a vector.
      conv("wide", {.in_channels = 1, .out_channels = 2, .kernel_size = {1, 5}, .padding = {0, 2}},
           {2, 1, 1, 521}),
      // Channels enough for the blocks of a matrix product in every direction.
      conv("many_channels", {.in_channels = 19, .out_channels = 23, .kernel_size = {3, 3}, .padding = {1, 1}},
           {2, 19, 5, 4}),
      conv("huge", {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {3, 2, 3, 4}, 1e9),
      conv("tiny", {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {3, 2, 3, 4}, 1e-9),
      // There and back: what flows back into the first layer carries the rounding errors of the second.
      layer_example(
          "after_a_convolution",
          {{"conv", Conv2dSpec{.in_channels = 2, .out_channels = 3, .kernel_size = {3, 3}, .stride = {2, 2}}},
           {"deconv", ConvTranspose2dSpec{.in_channels = 3,
                                          .out_channels = 2,
                                          .kernel_size = {3, 3},
                                          .stride = {2, 2},
                                          .output_padding = {1, 0}}}},
          {2, 2, 6, 7}),
      conv("integers",
           {.in_channels = 4,
            .out_channels = 6,
            .kernel_size = {3, 2},
            .stride = {2, 1},
            .padding = {1, 1},
            .output_padding = {1, 0},
            .groups = 2,
            .dilation = {1, 2}},
           {3, 4, 4, 5}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
