#include "shared/layers/adaptive_avg_pool2d.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void AdaptiveAvgPool2dSpec::validate() const {
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (output_size[axis]) positive_size(*output_size[axis], fmt::format("output_size[{}]", axis));
}

Shape AdaptiveAvgPool2dSpec::output_shape(const Shape& x) const {
  if (x.size() != 4) refuse_shape("N×C×H×W", x);
  return {x[0], x[1], output_size[0].value_or(x[2]), output_size[1].value_or(x[3])};
}

std::vector<Example> AdaptiveAvgPool2dSpec::examples() {
  const auto pool = [](std::string name, AdaptiveAvgPool2dSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"pool", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      pool("global", {}, {3, 5, 7, 3}),
      // Neither 3 nor 2 divides: windows overlap, and are not all of one size.
      pool("odd", {{3, 2}}, {2, 3, 7, 5}),
      pool("divided", {{2, 3}}, {2, 3, 6, 9}),
      pool("one_picture", {{2, 3}}, {1, 2, 7, 5}),
      pool("every_element", {{3, 2}}, {3, 2, 3, 2}),
      pool("height_kept", {{std::nullopt, 2}}, {2, 3, 5, 7}),
      pool("width_kept", {{2, std::nullopt}}, {2, 3, 5, 7}),
      // More windows than elements: each is of one or two.
      pool("larger", {{5, 7}}, {2, 3, 3, 4}),
      pool("one_element", {{1, 1}}, {3, 2, 1, 1}),
      pool("several_hundred_pictures", {}, {317, 1, 2, 3}),
      pool("wide", {{1, 5}}, {2, 1, 1, 1031}),
      pool("many_channels", {}, {2, 67, 3, 3}),
      pool("huge", {{3, 2}}, {2, 3, 7, 5}, 1e12),
      pool("tiny", {{3, 2}}, {2, 3, 7, 5}, 1e-12),
      layer_example("between",
                    {{"conv", Conv2dSpec{.in_channels = 1, .out_channels = 2, .kernel_size = {2, 2}}},
                     {"pool", AdaptiveAvgPool2dSpec{{2, 3}}},
                     smooth_layer("smooth")},
                    {2, 1, 6, 8}),
      // Windows of eight elements: nothing is rounded.
      pool("integers", {{3, 2}}, {5, 3, 6, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
