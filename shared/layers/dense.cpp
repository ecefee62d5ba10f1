#include "shared/layers/dense.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void DenseSpec::validate() const {
  positive_size(in_features, "in_features");
  positive_size(out_features, "out_features");
}

Shape DenseSpec::output_shape(Shape x) const {
  if (x.back() != in_features) refuse_shape(fmt::format("{} features", in_features), x);
  x.back() = out_features;
  return x;
}

std::vector<ParameterSpec> DenseSpec::parameters() const {
  std::vector<ParameterSpec> all{{"weight", {out_features, in_features}, ParameterRole::weight}};
  if (bias) all.push_back({"bias", {out_features}, ParameterRole::bias});
  return all;
}

std::vector<ProductSize> DenseSpec::products(const Shape& x) const {
  return {{element_count(x) / in_features, out_features, in_features}};
}

std::vector<Hyperparameter> DenseSpec::hyperparameters() const {
  return {{"in_features", static_cast<double>(in_features)},
          {"out_features", static_cast<double>(out_features)},
          {"bias", bias ? 1.0 : 0.0}};
}

std::vector<Example> DenseSpec::examples() {
  const auto dense = [](std::string name, DenseSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"dense", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      dense("odd", {7, 3}, {19, 7}),
      dense("one_row", {5, 11}, {1, 5}),
      dense("one_feature", {1, 1}, {2, 1}),
      dense("sequence", {5, 3}, {2, 7, 5}),
      dense("without_bias", {5, 3, false}, {4, 5}),
      // Past every block of a vector or a matrix product, and past a hundred rows and 784 columns.
      dense("several_hundred_rows", {9, 5}, {317, 9}),
      dense("wide", {1031, 3}, {3, 1031}),
      dense("many_outputs", {3, 1031}, {5, 3}),
      dense("wide_both_ways", {67, 131}, {7, 67}),
      dense("huge", {7, 5}, {11, 7}, 1e9),
      dense("tiny", {7, 5}, {11, 7}, 1e-9),
      dense("integers", {13, 29}, {17, 13}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
