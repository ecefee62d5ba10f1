#include "shared/layers/group_norm.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

void GroupNormSpec::validate() const {
  positive_size(num_groups, "num_groups");
  positive_size(num_channels, "num_channels");
  if (num_channels % num_groups != 0)
    throw LayerError(
        fmt::format("num_channels is {}, which {} groups do not divide", num_channels, num_groups));
  validate_eps(eps);
}

Shape GroupNormSpec::output_shape(const Shape& x) const {
  if (x.size() < 2 || x[1] != num_channels) refuse_shape(fmt::format("N×{0} or N×{0}×…", num_channels), x);
  return x;
}

std::vector<ParameterSpec> GroupNormSpec::parameters() const {
  if (!affine) return {};
  return {{"weight", {num_channels}, ParameterRole::scale}, {"bias", {num_channels}, ParameterRole::bias}};
}

std::vector<Example> GroupNormSpec::examples() {
  const auto norm = [](std::string name, GroupNormSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"norm", spec}}, std::move(input), scale);
  };
  return {
      norm("odd", {2, 6}, {3, 6, 5}),
      // One group is a layer norm of the whole sample, a group for each channel an instance norm.
      norm("one_group", {1, 3}, {5, 3, 2, 4}),
      norm("every_channel", {3, 3}, {2, 3, 5, 3}),
      norm("features", {2, 14}, {9, 14}),
      norm("picture", {3, 6}, {2, 6, 3, 5}),
      norm("one_picture", {2, 4}, {1, 4, 5, 3}),
      norm("without_weight", {.num_groups = 2, .num_channels = 4, .affine = false}, {3, 4, 5}),
      norm("several_hundred_pictures", {1, 2}, {317, 2, 2, 3}),
      norm("wide", {1, 3}, {2, 3, 1, 263}),
      norm("many_channels", {8, 64}, {2, 64, 3, 2}),
      // The variance is about as large as eps, so an eps in the wrong place changes the result.
      norm("nearly_constant", {2, 6}, {3, 6, 5}, 3e-3),
      norm("tiny", {2, 6}, {3, 6, 5}, 1e-9),
      norm("large", {2, 6, 1e-2}, {3, 6, 5}, 100),
      norm("huge", {2, 6}, {3, 6, 5}, 1e6),
      layer_example("between",
                    {{"conv", Conv2dSpec{.in_channels = 2, .out_channels = 4, .kernel_size = {2, 3}}},
                     {"norm", GroupNormSpec{2, 4}},
                     smooth_layer("smooth")},
                    {3, 2, 5, 6}),
  };
}

}  // namespace twin
