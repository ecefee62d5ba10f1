#include "shared/layers/rms_norm.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

void RmsNormSpec::validate() const {
  if (normalized_shape.empty()) throw LayerError("normalized_shape is empty, expected at least one extent");
  for (std::size_t i = 0; i < normalized_shape.size(); ++i)
    positive_size(normalized_shape[i], fmt::format("normalized_shape[{}]", i));
  if (eps) validate_eps(*eps);
}

Shape RmsNormSpec::output_shape(const Shape& x) const {
  if (x.size() <= normalized_shape.size() ||
      !std::equal(normalized_shape.rbegin(), normalized_shape.rend(), x.rbegin()))
    refuse_shape(fmt::format("N×{0} or N×…×{0}", to_string(normalized_shape)), x);
  return x;
}

std::vector<ParameterSpec> RmsNormSpec::parameters() const {
  if (!elementwise_affine) return {};
  return {{"weight", normalized_shape, ParameterRole::scale}};
}

std::vector<Example> RmsNormSpec::examples() {
  const auto norm = [](std::string name, RmsNormSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"norm", std::move(spec)}}, std::move(input), scale);
  };
  return {
      norm("odd", {{7}}, {5, 7}),
      norm("one_row", {{11}}, {1, 11}),
      norm("sequence", {{7}}, {2, 3, 7}),
      norm("two_extents", {{5, 3}}, {4, 2, 5, 3}),
      norm("whole_picture", {{2, 3, 5}}, {4, 2, 3, 5}),
      norm("without_weight", {.normalized_shape = {7}, .elementwise_affine = false}, {5, 7}),
      norm("several_hundred_rows", {{9}}, {317, 9}),
      // Rows longer than any block of a loop that is vectorised.
      norm("wide", {{1031}}, {3, 1031}),
      norm("wide_both_ways", {{131}}, {67, 131}),
      // The mean square is about as large as eps, so an eps in the wrong place changes the result.
      norm("nearly_zero", {{7}, 1e-5}, {5, 7}, 3e-3),
      norm("tiny", {{7}, 1e-5}, {5, 7}, 1e-9),
      norm("large", {{11}, 1e-2}, {5, 11}, 100),
      norm("huge", {{7}}, {5, 7}, 1e6),
      layer_example("between",
                    {{"dense", DenseSpec{3, 7}}, {"norm", RmsNormSpec{{7}, 1e-6}}, smooth_layer("smooth")},
                    {11, 3}),
  };
}

}  // namespace twin
