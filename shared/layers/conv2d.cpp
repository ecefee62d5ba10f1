#include "shared/layers/conv2d.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

SlidingWindow2d Conv2dSpec::windows() const {
  return {SlidingWindow{kernel_size[0], stride[0], padding[0], dilation[0]},
          SlidingWindow{kernel_size[1], stride[1], padding[1], dilation[1]}};
}

void Conv2dSpec::validate() const {
  positive_size(in_channels, "in_channels");
  positive_size(out_channels, "out_channels");
  positive_size(groups, "groups");
  for (const auto& [name, channels] : {std::pair{"in_channels", in_channels}, {"out_channels", out_channels}})
    if (channels % groups != 0)
      throw LayerError(fmt::format("{} is {}, which {} groups do not divide", name, channels, groups));
  twin::validate(windows());
}

Shape Conv2dSpec::output_shape(const Shape& x) const {
  if (x.size() != 4 || x[1] != in_channels) refuse_shape(fmt::format("N×{}×H×W", in_channels), x);
  return slide(windows(), x, out_channels);
}

std::vector<ParameterSpec> Conv2dSpec::parameters() const {
  std::vector<ParameterSpec> all{{"weight",
                                  {out_channels, in_channels / groups, kernel_size[0], kernel_size[1]},
                                  ParameterRole::weight}};
  if (bias) all.push_back({"bias", {out_channels}, ParameterRole::bias});
  return all;
}

double Conv2dSpec::forward_flops(const Shape& x) const {
  return 2.0 * static_cast<double>(element_count(output_shape(x))) * static_cast<double>(taps());
}

std::vector<Example> Conv2dSpec::examples() {
  const auto conv = [](std::string name, Conv2dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"conv", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      conv("odd", {.in_channels = 3, .out_channels = 5, .kernel_size = {3, 2}}, {2, 3, 7, 5}),
      conv("one_picture", {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 3}}, {1, 2, 5, 7}),
      conv("pointwise", {.in_channels = 5, .out_channels = 7}, {3, 5, 2, 3}),
      conv("whole_picture", {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 5}}, {4, 2, 3, 5}),
      conv("padded", {.in_channels = 2, .out_channels = 3, .kernel_size = {5, 3}, .padding = {2, 1}},
           {2, 2, 4, 7}),
      // The last row and column of inputs are met by no window.
      conv("strided",
           {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 3}, .stride = {3, 2}, .padding = {1, 0}},
           {3, 2, 7, 8}),
      conv(
          "dilated",
          {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}, .padding = {1, 3}, .dilation = {2, 3}},
          {2, 2, 7, 5}),
      conv("grouped",
           {.in_channels = 6, .out_channels = 4, .kernel_size = {2, 3}, .padding = {1, 0}, .groups = 2},
           {3, 6, 5, 4}),
      conv("depthwise",
           {.in_channels = 3, .out_channels = 6, .kernel_size = {3, 2}, .stride = {2, 1}, .groups = 3},
           {2, 3, 7, 5}),
      conv("without_bias", {.in_channels = 2, .out_channels = 3, .kernel_size = {2, 2}, .bias = false},
           {3, 2, 4, 5}),
      conv("several_hundred_pictures", {.in_channels = 1, .out_channels = 2, .kernel_size = {2, 3}},
           {317, 1, 3, 4}),
      // Rows longer than any block of a product or a vector.
      conv("wide", {.in_channels = 1, .out_channels = 2, .kernel_size = {1, 5}, .padding = {0, 2}},
           {2, 1, 1, 1031}),
      // Channels enough for the blocks of a matrix product in every direction.
      conv("many_channels", {.in_channels = 19, .out_channels = 23, .kernel_size = {3, 3}, .padding = {1, 1}},
           {2, 19, 5, 7}),
      conv("huge", {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {3, 2, 5, 4}, 1e9),
      conv("tiny", {.in_channels = 2, .out_channels = 3, .kernel_size = {3, 2}}, {3, 2, 5, 4}, 1e-9),
      // What flows back into the first layer carries the rounding errors of the second.
      layer_example("stacked",
                    {{"first", Conv2dSpec{.in_channels = 2, .out_channels = 3, .kernel_size = {3, 3}}},
                     {"second", Conv2dSpec{.in_channels = 3, .out_channels = 2, .kernel_size = {2, 3}}}},
                    {2, 2, 7, 6}),
      conv("integers",
           {.in_channels = 4,
            .out_channels = 6,
            .kernel_size = {3, 2},
            .stride = {2, 1},
            .padding = {1, 2},
            .dilation = {1, 2},
            .groups = 2},
           {3, 4, 7, 5}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
