#include "shared/layers/lstm.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void LstmSpec::validate() const {
  positive_size(input_size, "input_size");
  positive_size(hidden_size, "hidden_size");
}

Shape LstmSpec::output_shape(Shape x) const {
  if (x.size() != 3 || x.back() != input_size) refuse_shape(fmt::format("N×T×{}", input_size), x);
  x.back() = hidden_size;
  return x;
}

std::vector<ParameterSpec> LstmSpec::parameters() const {
  const std::int64_t gates = 4 * hidden_size;
  std::vector<ParameterSpec> all{{"weight_ih_l0", {gates, input_size}, ParameterRole::weight},
                                 {"weight_hh_l0", {gates, hidden_size}, ParameterRole::weight}};
  if (bias) {
    all.push_back({"bias_ih_l0", {gates}, ParameterRole::bias});
    all.push_back({"bias_hh_l0", {gates}, ParameterRole::bias});
  }
  return all;
}

double LstmSpec::forward_flops(const Shape& x) const {
  const auto steps = static_cast<double>(x[0] * x[1]);
  return 8 * steps * static_cast<double>(hidden_size) * static_cast<double>(input_size + hidden_size);
}

void LstmSpec::expect_batch(std::int64_t carried, std::int64_t given, std::string_view path) const {
  if (carried != given)
    throw LayerError(fmt::format("expected a batch of {}, of which it carries the states, got {}; "
                                 "reset_state() forgets them",
                                 carried, given),
                     path);
}

std::vector<Example> LstmSpec::examples() {
  const auto lstm = [](std::string name, LstmSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"lstm", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      lstm("odd", {5, 3}, {2, 7, 5}),
      lstm("one_step", {3, 2}, {5, 1, 3}),
      lstm("two_steps", {2, 3}, {3, 2, 2}),
      lstm("one_feature", {1, 1}, {1, 3, 1}),
      // As many features as hidden units: both weights have one shape.
      lstm("square", {3, 3}, {2, 5, 3}),
      lstm("without_bias", {3, 2, false}, {2, 4, 3}),
      lstm("several_hundred_rows", {2, 2}, {311, 2, 2}),
      lstm("long_sequence", {2, 3}, {1, 29, 2}),
      lstm("wide", {19, 67}, {2, 2, 19}),
      lstm("saturated", {3, 2}, {2, 4, 3}, 30),
      lstm("huge", {3, 2}, {2, 4, 3}, 200),
      lstm("tiny", {3, 2}, {2, 4, 3}, 1e-9),
      lstm("carried_state", {3, 2, true, true}, {4, 3, 3}),
  };
  all.push_back(layer_example("two_layers",
                              {{"lower", LstmSpec{3, 5, true, true}}, {"upper", LstmSpec{5, 2, true, true}}},
                              {3, 4, 3}));
  return all;
}

}  // namespace twin
