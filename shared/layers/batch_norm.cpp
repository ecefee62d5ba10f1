#include "shared/layers/batch_norm.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

void BatchNormSpec::validate() const {
  positive_size(num_features, "num_features");
  validate_eps(eps);
  validate_momentum(momentum);
}

Shape BatchNormSpec::output_shape(const Shape& x) const {
  if (x.size() < 2 || x[1] != num_features) refuse_shape(fmt::format("N×{0} or N×{0}×…", num_features), x);
  return x;
}

std::vector<ParameterSpec> BatchNormSpec::parameters() const {
  return {{"weight", {num_features}, ParameterRole::scale}, {"bias", {num_features}, ParameterRole::bias}};
}

std::vector<BufferSpec> BatchNormSpec::buffers() const { return running_statistics(num_features); }

void BatchNormSpec::expect_several(std::int64_t values_of_a_channel, std::string_view path) const {
  if (values_of_a_channel < 2)
    throw LayerError("expected several values of each channel in training, got one", path);
}

std::vector<Example> BatchNormSpec::examples() {
  const auto norm = [](std::string name, BatchNormSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"norm", spec}}, std::move(input), scale);
  };
  return {
      norm("odd", {3}, {7, 3}),
      norm("one_channel", {1}, {5, 1}),
      norm("several_hundred_rows", {3}, {317, 3}),
      norm("sequence", {3}, {2, 3, 7}),
      norm("picture", {3}, {2, 3, 5, 7}),
      norm("one_picture", {5}, {1, 5, 3, 2}),
      norm("wide", {131}, {5, 131}),
      // The variance is about as large as eps, so an eps in the wrong place changes the result.
      norm("nearly_constant", {3}, {7, 3}, 3e-3),
      norm("tiny", {3}, {7, 3}, 1e-9),
      norm("large", {5, 1e-2, 0.5}, {11, 5}, 100),
      norm("huge", {3}, {7, 3}, 1e6),
      // A bias in front would have no effect.
      layer_example("between",
                    {{"dense", DenseSpec{3, 5, false}}, {"norm", BatchNormSpec{5}}, smooth_layer("smooth")},
                    {11, 3}),
  };
}

}  // namespace twin
