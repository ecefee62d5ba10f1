#include "shared/layers/layer_norm.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

void LayerNormSpec::validate() const {
  if (normalized_shape.empty()) throw LayerError("normalized_shape is empty, expected at least one extent");
  for (std::size_t i = 0; i < normalized_shape.size(); ++i)
    positive_size(normalized_shape[i], fmt::format("normalized_shape[{}]", i));
  validate_eps(eps);
}

Shape LayerNormSpec::output_shape(const Shape& x) const {
  if (x.size() <= normalized_shape.size() ||
      !std::equal(normalized_shape.rbegin(), normalized_shape.rend(), x.rbegin()))
    refuse_shape(fmt::format("N×{0} or N×…×{0}", to_string(normalized_shape)), x);
  return x;
}

std::vector<ParameterSpec> LayerNormSpec::parameters() const {
  std::vector<ParameterSpec> all;
  if (elementwise_affine) all.push_back({"weight", normalized_shape, ParameterRole::scale});
  if (elementwise_affine && bias) all.push_back({"bias", normalized_shape, ParameterRole::bias});
  return all;
}

std::vector<Example> LayerNormSpec::examples() {
  const auto norm = [](std::string name, LayerNormSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"norm", std::move(spec)}}, std::move(input), scale);
  };
  return {
      norm("odd", {{7}}, {5, 7}),
      norm("one_row", {{11}}, {1, 11}),
      norm("sequence", {{7}}, {2, 3, 7}),
      norm("two_extents", {{5, 3}}, {4, 2, 5, 3}),
      norm("whole_picture", {{2, 3, 5}}, {4, 2, 3, 5}),
      norm("without_bias", {.normalized_shape = {7}, .bias = false}, {5, 7}),
      norm("without_weight", {.normalized_shape = {7}, .elementwise_affine = false}, {5, 7}),
      norm("several_hundred_rows", {{9}}, {317, 9}),
      // Rows longer than any block of a loop that is vectorised.
      norm("wide", {{1031}}, {3, 1031}),
      norm("wide_both_ways", {{131}}, {67, 131}),
      // The variance is about as large as eps, so an eps in the wrong place changes the result.
      norm("nearly_constant", {{7}}, {5, 7}, 3e-3),
      norm("tiny", {{7}}, {5, 7}, 1e-9),
      norm("large", {.normalized_shape = {11}, .eps = 1e-2}, {5, 11}, 100),
      norm("huge", {{7}}, {5, 7}, 1e6),
      layer_example("between",
                    {{"dense", DenseSpec{3, 7}}, {"norm", LayerNormSpec{{7}}}, smooth_layer("smooth")},
                    {11, 3}),
  };
}

}  // namespace twin
