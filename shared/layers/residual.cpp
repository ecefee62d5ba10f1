#include "shared/layers/residual.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

bool ResidualSpec::operator==(const ResidualSpec& other) const { return block == other.block; }

void ResidualSpec::validate() const {
  if (block.empty()) throw LayerError("expected a layer or more in the block, got none");
  twin::validate(block);
}

Shape ResidualSpec::default_input() const { return twin::default_input(block); }

Shape ResidualSpec::output_shape(const Shape& x) const {
  const Shape y = twin::output_shape(block, x);
  if (y != x) refuse_shape(fmt::format("{} from the block, as it is given", to_string(x)), y);
  return x;
}

void ResidualSpec::validate_further(const Shape& x, const NamedShapes& further) const {
  twin::validate_further(block, x, further);
}

std::vector<ParameterSpec> ResidualSpec::parameters() const { return parameters_of(block); }
std::vector<BufferSpec> ResidualSpec::buffers() const { return buffers_of(block); }
double ResidualSpec::forward_flops(const Shape& x) const { return twin::forward_flops(block, x); }

std::vector<Example> ResidualSpec::examples() {
  const auto residual = [](std::string name, std::vector<LayerSpec> block, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"residual", ResidualSpec{std::move(block)}}}, std::move(input),
                         scale);
  };
  const auto perceptron = [](std::int64_t features, std::int64_t hidden) {
    return std::vector<LayerSpec>{
        {"up", DenseSpec{features, hidden}}, smooth_layer("smooth"), {"down", DenseSpec{hidden, features}}};
  };
  std::vector<LayerSpec> nested = perceptron(3, 5);
  nested.push_back({"inner", ResidualSpec{{{"dense", DenseSpec{3, 3}}, smooth_layer("smooth")}}});
  std::vector<Example> all{
      residual("odd", perceptron(5, 7), {3, 5}),
      residual("one_row", perceptron(2, 3), {1, 2}),
      residual("one_feature", perceptron(1, 2), {3, 1}),
      residual("one_layer", {{"dense", DenseSpec{5, 5}}}, {7, 5}),
      residual("without_parameters", {smooth_layer("smooth")}, {2, 3, 5, 7}),
      residual("sequence", perceptron(3, 5), {2, 7, 3}),
      residual("nested", nested, {4, 3}),
      residual("several_hundred_rows", perceptron(3, 2), {317, 3}),
      residual("wide", perceptron(131, 67), {3, 131}),
      residual("huge", {{"dense", DenseSpec{5, 5}}}, {7, 5}, 1e9),
      residual("tiny", {{"dense", DenseSpec{5, 5}}}, {7, 5}, 1e-9),
      residual("integers", {{"first", DenseSpec{3, 5}}, {"second", DenseSpec{5, 3}}}, {7, 3}),
  };
  all.back().draw = Draw::integers;
  // Two in a row: what goes around the second has gone around the first.
  all.push_back(layer_example("deep",
                              {{"lower", ResidualSpec{perceptron(3, 5)}},
                               smooth_layer("between"),
                               {"upper", ResidualSpec{perceptron(3, 2)}}},
                              {5, 3}));
  return all;
}

}  // namespace twin
