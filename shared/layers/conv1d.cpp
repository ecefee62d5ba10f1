#include "shared/layers/conv1d.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void Conv1dSpec::validate() const {
  for (const auto& [name, size] : {std::pair{"in_channels", in_channels},
                                   {"out_channels", out_channels},
                                   {"kernel_size", kernel_size},
                                   {"stride", stride},
                                   {"dilation", dilation},
                                   {"groups", groups}})
    positive_size(size, name);
  if (padding < 0) throw LayerError(fmt::format("padding is {}, it must not be below 0", padding));
  for (const auto& [name, channels] : {std::pair{"in_channels", in_channels}, {"out_channels", out_channels}})
    if (channels % groups != 0)
      throw LayerError(fmt::format("{} is {}, which {} groups do not divide", name, channels, groups));
}

Shape Conv1dSpec::output_shape(const Shape& x) const {
  if (x.size() != 3 || x[1] != in_channels) refuse_shape(fmt::format("N×{}×L", in_channels), x);
  const std::int64_t windows = window().windows(x[2]);
  if (windows == 0)
    refuse_shape(fmt::format("a length of at least {}, which a window spans", window().span() - 2 * padding),
                 x);
  return {x[0], out_channels, windows};
}

std::vector<ParameterSpec> Conv1dSpec::parameters() const {
  std::vector<ParameterSpec> all{
      {"weight", {out_channels, in_channels / groups, kernel_size}, ParameterRole::weight}};
  if (bias) all.push_back({"bias", {out_channels}, ParameterRole::bias});
  return all;
}

double Conv1dSpec::forward_flops(const Shape& x) const {
  return 2.0 * static_cast<double>(element_count(output_shape(x))) * static_cast<double>(taps());
}

std::vector<Example> Conv1dSpec::examples() {
  const auto conv = [](std::string name, Conv1dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"conv", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      conv("odd", {.in_channels = 3, .out_channels = 5, .kernel_size = 3}, {2, 3, 11}),
      conv("one_sequence", {.in_channels = 2, .out_channels = 3, .kernel_size = 2}, {1, 2, 7}),
      conv("one_element", {}, {1, 1, 1}),
      conv("pointwise", {.in_channels = 5, .out_channels = 7}, {3, 5, 11}),
      conv("whole_sequence", {.in_channels = 2, .out_channels = 3, .kernel_size = 5}, {4, 2, 5}),
      conv("padded", {.in_channels = 2, .out_channels = 3, .kernel_size = 5, .padding = 2}, {3, 2, 7}),
      // Every window lies in the padding with one tap at least.
      conv("mostly_padding", {.in_channels = 2, .out_channels = 3, .kernel_size = 5, .padding = 4},
           {3, 2, 2}),
      // The last inputs are met by no window.
      conv("strided", {.in_channels = 2, .out_channels = 3, .kernel_size = 3, .stride = 3, .padding = 1},
           {3, 2, 13}),
      // Between the windows are inputs that none meets.
      conv("strided_pointwise", {.in_channels = 3, .out_channels = 2, .stride = 2}, {3, 3, 7}),
      conv("dilated", {.in_channels = 2, .out_channels = 3, .kernel_size = 3, .padding = 2, .dilation = 3},
           {2, 2, 11}),
      conv("grouped", {.in_channels = 6, .out_channels = 4, .kernel_size = 3, .padding = 1, .groups = 2},
           {3, 6, 7}),
      conv("depthwise", {.in_channels = 5, .out_channels = 5, .kernel_size = 3, .padding = 1, .groups = 5},
           {3, 5, 11}),
      // Several output channels to each input channel.
      conv("depthwise_multiplied", {.in_channels = 3, .out_channels = 6, .kernel_size = 2, .groups = 3},
           {2, 3, 7}),
      conv("without_bias", {.in_channels = 2, .out_channels = 3, .kernel_size = 2, .bias = false}, {3, 2, 5}),
      conv("several_hundred_sequences", {.in_channels = 1, .out_channels = 2, .kernel_size = 3}, {317, 1, 7}),
      // Rows longer than any block of a product or a vector.
      conv("wide", {.in_channels = 1, .out_channels = 2, .kernel_size = 5, .padding = 2}, {2, 1, 1031}),
      // Channels enough for the blocks of a matrix product in every direction.
      conv("many_channels", {.in_channels = 19, .out_channels = 23, .kernel_size = 3, .padding = 1},
           {2, 19, 29}),
      conv("huge", {.in_channels = 2, .out_channels = 3, .kernel_size = 3}, {3, 2, 7}, 1e9),
      conv("tiny", {.in_channels = 2, .out_channels = 3, .kernel_size = 3}, {3, 2, 7}, 1e-9),
      // What flows back into the first layer carries the rounding errors of the second.
      layer_example("stacked",
                    {{"first", Conv1dSpec{.in_channels = 2, .out_channels = 3, .kernel_size = 3}},
                     {"second", Conv1dSpec{.in_channels = 3, .out_channels = 2, .kernel_size = 2}}},
                    {2, 2, 11}),
      conv("integers",
           {.in_channels = 4,
            .out_channels = 6,
            .kernel_size = 3,
            .stride = 2,
            .padding = 2,
            .dilation = 2,
            .groups = 2},
           {3, 4, 13}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
