#include "shared/layers/instance_norm.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

void InstanceNormSpec::validate() const {
  positive_size(num_features, "num_features");
  validate_eps(eps);
  validate_momentum(momentum);
}

Shape InstanceNormSpec::output_shape(const Shape& x) const {
  if (x.size() < 3 || x[1] != num_features) refuse_shape(fmt::format("N×{}×…", num_features), x);
  // Of one value the variance is 0, and the output the bias, whatever the value. PyTorch refuses it too.
  if (element_count(x) == x[0] * x[1]) refuse_shape("several values of each channel of a sample", x);
  return x;
}

std::vector<ParameterSpec> InstanceNormSpec::parameters() const {
  if (!affine) return {};
  return {{"weight", {num_features}, ParameterRole::scale}, {"bias", {num_features}, ParameterRole::bias}};
}

std::vector<BufferSpec> InstanceNormSpec::buffers() const {
  if (!track_running_stats) return {};
  return running_statistics(num_features);
}

std::vector<Example> InstanceNormSpec::examples() {
  const auto norm = [](std::string name, InstanceNormSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"norm", spec}}, std::move(input), scale);
  };
  const auto affine = [](std::int64_t channels, double eps = 1e-5) {
    return InstanceNormSpec{.num_features = channels, .eps = eps, .affine = true};
  };
  const auto tracking = [](InstanceNormSpec spec, double momentum = 0.1) {
    spec.track_running_stats = true;
    spec.momentum = momentum;
    return spec;
  };
  return {
      norm("sequence", {3}, {2, 3, 7}),
      norm("picture", {3}, {2, 3, 5, 7}),
      norm("affine_sequence", affine(3), {2, 3, 7}),
      norm("affine_picture", affine(3), {2, 3, 5, 7}),
      norm("one_picture", affine(5), {1, 5, 3, 2}),
      norm("one_channel", affine(1), {5, 1, 7}),
      norm("several_hundred_pictures", affine(1), {317, 1, 2, 3}),
      norm("wide", affine(3), {2, 3, 1, 263}),
      norm("many_channels", affine(67), {2, 67, 3, 2}),
      // The variance is about as large as eps, so an eps in the wrong place changes the result.
      norm("nearly_constant", affine(3), {2, 3, 7}, 3e-3),
      norm("tiny", affine(3), {2, 3, 7}, 1e-9),
      norm("large", affine(3, 1e-2), {2, 3, 7}, 100),
      norm("huge", affine(3), {2, 3, 7}, 1e6),
      norm("tracking_sequence", tracking({3}), {2, 3, 7}),
      norm("tracking_picture", tracking(affine(3)), {5, 3, 2, 3}),
      norm("tracking_one_picture", tracking(affine(5), 0.25), {1, 5, 3, 2}),
      norm("tracking_large", tracking(affine(3, 1e-2), 0.5), {2, 3, 7}, 100),
      norm("tracking_several_hundred_pictures", tracking({1}), {317, 1, 2, 3}),
      // A bias in front would have no effect.
      layer_example(
          "between",
          {{"conv", Conv2dSpec{.in_channels = 2, .out_channels = 3, .kernel_size = {2, 3}, .bias = false}},
           {"norm", affine(3)},
           smooth_layer("smooth")},
          {3, 2, 5, 6}),
  };
}

}  // namespace twin
