#include "shared/layers/pad.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void PadSpec::validate() const {
  if (mode != PadMode::constant && value != 0)
    throw LayerError(fmt::format("value is {}, which a border without a constant does not know", value));
}

Shape PadSpec::output_shape(const Shape& x) const {
  if (x.size() != 4) refuse_shape("N×C×H×W", x);
  Shape y = x;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t before = pad[2 - 2 * axis], after = pad[3 - 2 * axis], size = x[2 + axis];
    const char* side = axis == 0 ? "a height" : "a width";
    const std::int64_t cut = std::max<std::int64_t>(-before, 0) + std::max<std::int64_t>(-after, 0);
    if (size <= cut) refuse_shape(fmt::format("{} above {}, which is cut off", side, cut), x);
    if (mode == PadMode::reflect && size <= std::max(before, after))
      refuse_shape(fmt::format("{} above {}, the part that is reflected", side, std::max(before, after)), x);
    y[2 + axis] = before + size + after;
  }
  return y;
}

std::vector<Example> PadSpec::examples() {
  const auto padded = [](std::string name, PadSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"pad", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      padded("zeros", {{1, 2, 3, 1}}, {2, 3, 5, 7}),
      padded("constant", {{2, 1, 1, 3}, PadMode::constant, -0.75}, {2, 3, 5, 7}),
      padded("reflect", {{1, 3, 2, 1}, PadMode::reflect}, {2, 3, 5, 7}),
      // As far as it goes: one less than the picture.
      padded("reflect_all", {{3, 3, 2, 2}, PadMode::reflect}, {2, 3, 3, 4}),
      padded("replicate", {{1, 3, 2, 1}, PadMode::replicate}, {2, 3, 5, 7}),
      padded("replicate_one_element", {{3, 1, 2, 2}, PadMode::replicate}, {3, 2, 1, 1}),
      padded("nothing", {}, {3, 2, 3, 2}),
      padded("one_side", {{0, 0, 2, 0}}, {2, 3, 5, 7}),
      // As much across as down: numbers in the wrong order yield the right shape.
      padded("equal_sums", {{0, 4, 1, 3}}, {2, 3, 5, 7}),
      padded("one_picture", {{1, 1, 1, 1}, PadMode::reflect}, {1, 2, 3, 5}),
      padded("cut", {{-1, -2, -1, 0}}, {2, 3, 5, 7}),
      padded("cut_and_constant", {{-2, 1, 3, -1}, PadMode::constant, 1.5}, {2, 3, 5, 7}),
      padded("several_hundred_pictures", {{1, 1, 1, 1}, PadMode::replicate}, {317, 1, 2, 3}),
      padded("wide", {{5, 5, 0, 0}, PadMode::reflect}, {2, 1, 1, 263}),
      padded("many_channels", {{1, 1, 1, 1}}, {2, 67, 2, 2}),
      padded("huge", {{1, 3, 2, 1}, PadMode::reflect}, {2, 3, 5, 7}, 1e12),
      padded("tiny", {{1, 3, 2, 1}, PadMode::replicate}, {2, 3, 5, 7}, 1e-12),
      layer_example("between",
                    {{"conv", Conv2dSpec{.in_channels = 1, .out_channels = 2, .kernel_size = {2, 2}}},
                     {"pad", PadSpec{{2, 1, 1, 2}, PadMode::reflect}},
                     smooth_layer("smooth")},
                    {2, 1, 4, 5}),
      padded("integers", {{1, 2, 3, 1}, PadMode::constant, 2}, {3, 2, 5, 7}),
      padded("reflect_integers", {{1, 2, 3, 1}, PadMode::reflect}, {3, 2, 5, 7}),
      padded("replicate_integers", {{1, 2, 3, 1}, PadMode::replicate}, {3, 2, 5, 7}),
  };
  for (Example& example : all)
    if (example.name.ends_with("integers")) example.draw = Draw::integers;
  return all;
}

}  // namespace twin
