#include "shared/layers/bilinear.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void BilinearSpec::validate() const {
  positive_size(in1_features, "in1_features");
  positive_size(in2_features, "in2_features");
  positive_size(out_features, "out_features");
}

Shape BilinearSpec::output_shape(Shape x) const {
  if (x.back() != in1_features) refuse_shape(fmt::format("{} features", in1_features), x);
  x.back() = out_features;
  return x;
}

void BilinearSpec::validate_further(Shape x, const NamedShapes& further) const {
  x.back() = in2_features;
  if (const Shape& given = further.at("input2"); given != x)
    refuse_shape(fmt::format("an input2 of {}", to_string(x)), given);
}

std::vector<ParameterSpec> BilinearSpec::parameters() const {
  std::vector<ParameterSpec> all{
      {"weight", {out_features, in1_features, in2_features}, ParameterRole::weight}};
  if (bias) all.push_back({"bias", {out_features}, ParameterRole::bias});
  return all;
}

// x₁·W_k, then its inner product with x₂, for every output of every row.
double BilinearSpec::forward_flops(const Shape& x) const {
  const auto rows = static_cast<double>(element_count(x) / in1_features);
  return 2 * rows * static_cast<double>(out_features * in2_features * (in1_features + 1));
}

std::vector<Hyperparameter> BilinearSpec::hyperparameters() const {
  return {{"in1_features", static_cast<double>(in1_features)},
          {"in2_features", static_cast<double>(in2_features)},
          {"out_features", static_cast<double>(out_features)},
          {"bias", bias ? 1.0 : 0.0}};
}

std::vector<Example> BilinearSpec::examples() {
  const auto with_input2 = [](Example example, std::int64_t features) {
    Shape shape = example.input;
    shape.back() = features;
    example.further = {{"input2", std::move(shape)}};
    return example;
  };
  const auto bilinear = [&](std::string name, BilinearSpec spec, Shape input, double scale = 1) {
    return with_input2(layer_example(std::move(name), {{"bilinear", spec}}, std::move(input), scale),
                       spec.in2_features);
  };
  std::vector<Example> all{
      bilinear("odd", {5, 3, 2}, {7, 5}),
      bilinear("one_row", {3, 2, 5}, {1, 3}),
      bilinear("one_feature", {1, 1, 1}, {2, 1}),
      bilinear("square", {3, 3, 3}, {5, 3}),
      bilinear("sequence", {5, 3, 2}, {2, 7, 5}),
      bilinear("without_bias", {3, 5, 2, false}, {4, 3}),
      bilinear("several_hundred_rows", {3, 2, 5}, {317, 3}),
      bilinear("wide", {67, 131, 2}, {3, 67}),
      bilinear("many_outputs", {2, 3, 131}, {5, 2}),
      bilinear("huge", {3, 5, 2}, {7, 3}, 1e9),
      bilinear("tiny", {3, 5, 2}, {7, 3}, 1e-9),
      bilinear("integers", {3, 5, 2}, {7, 3}),
  };
  all.back().draw = Draw::integers;
  // Both layers take the same input2: its gradient is the sum of what each yields. The second stands in a
  // composite, which knows nothing of it.
  all.push_back(with_input2(layer_example("twice",
                                          {{"first", BilinearSpec{5, 3, 2}},
                                           smooth_layer("smooth"),
                                           {"residual", ResidualSpec{{{"second", BilinearSpec{2, 3, 2}}}}}},
                                          {7, 5}),
                            3));
  return all;
}

}  // namespace twin
