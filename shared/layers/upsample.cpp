#include "shared/layers/upsample.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void UpsampleSpec::validate() const {
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (!std::isfinite(scale_factor[axis]) || scale_factor[axis] <= 0)
      throw LayerError(fmt::format("scale_factor[{}] is {}, expected above 0", axis, scale_factor[axis]));
  if (align_corners && mode == UpsampleMode::nearest)
    throw LayerError("align_corners is set, which nearest does not know: it is of bilinear alone");
}

Shape UpsampleSpec::output_shape(const Shape& x) const {
  if (x.size() != 4) refuse_shape("N×C×H×W", x);
  Shape y = x;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    constexpr double kMost = 1 << 30;
    const double size = std::floor(static_cast<double>(x[2 + axis]) * scale_factor[axis]);
    if (size < 1 || size > kMost)
      refuse_shape(fmt::format("{} that is from 1 to {} when it is multiplied by {}",
                               axis == 0 ? "a height" : "a width", kMost, scale_factor[axis]),
                   x);
    y[2 + axis] = static_cast<std::int64_t>(size);
  }
  return y;
}

std::vector<Example> UpsampleSpec::examples() {
  const auto upsample = [](std::string name, UpsampleSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"upsample", spec}}, std::move(input), scale);
  };
  const auto bilinear = [](double down, double across, bool align_corners = false) {
    return UpsampleSpec{{down, across}, UpsampleMode::bilinear, align_corners};
  };
  std::vector<Example> all{
      upsample("doubled", {}, {2, 3, 3, 5}),
      upsample("odd", {{3, 2}}, {2, 3, 5, 7}),
      upsample("fraction", {{1.5, 2.5}}, {2, 3, 4, 5}),
      upsample("smaller", {{0.5, 0.4}}, {2, 3, 7, 5}),
      upsample("one_picture", {{2, 3}}, {1, 2, 3, 5}),
      upsample("one_element", {{3, 2}}, {3, 2, 1, 1}),
      upsample("bilinear", bilinear(2, 2), {2, 3, 3, 5}),
      upsample("bilinear_odd", bilinear(3, 2), {2, 3, 5, 7}),
      upsample("bilinear_fraction", bilinear(1.5, 2.5), {2, 3, 4, 5}),
      upsample("bilinear_smaller", bilinear(0.5, 0.4), {2, 3, 7, 5}),
      upsample("bilinear_one_element", bilinear(3, 2), {3, 2, 1, 1}),
      upsample("aligned", bilinear(2, 2, true), {2, 3, 3, 5}),
      upsample("aligned_odd", bilinear(3, 2, true), {2, 3, 5, 7}),
      upsample("aligned_fraction", bilinear(1.5, 2.5, true), {2, 3, 4, 5}),
      // One row of outputs: there is no second corner to align.
      upsample("aligned_one_row", bilinear(0.3, 2, true), {2, 3, 5, 3}),
      upsample("several_hundred_pictures", {}, {317, 1, 2, 3}),
      upsample("bilinear_several_hundred_pictures", bilinear(2, 2), {317, 1, 2, 3}),
      upsample("wide", {{1, 3}}, {2, 1, 1, 263}),
      upsample("bilinear_wide", bilinear(1, 3), {2, 1, 1, 263}),
      upsample("many_channels", bilinear(2, 2, true), {2, 67, 2, 3}),
      upsample("huge", bilinear(2, 3), {2, 3, 3, 5}, 1e12),
      upsample("tiny", bilinear(2, 3), {2, 3, 3, 5}, 1e-12),
      layer_example("between",
                    {{"conv", Conv2dSpec{.in_channels = 1, .out_channels = 2, .kernel_size = {2, 2}}},
                     {"upsample", bilinear(2, 3, true)},
                     smooth_layer("smooth")},
                    {2, 1, 4, 5}),
      upsample("integers", {{2, 3}}, {5, 3, 3, 5}),
      // Shares of quarters: nothing is rounded.
      upsample("bilinear_integers", bilinear(2, 2), {5, 3, 3, 5}),
  };
  for (Example& example : all)
    if (example.name.ends_with("integers")) example.draw = Draw::integers;
  return all;
}

}  // namespace twin
