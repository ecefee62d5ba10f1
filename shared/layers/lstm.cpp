#include "shared/layers/lstm.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

std::string LstmSpec::state_name(std::string_view state, std::int64_t layer) const {
  return num_layers == 1 ? std::string(state) : fmt::format("{}_l{}", state, layer);
}

void LstmSpec::validate() const {
  stack().validate();
  if (carry_state && bidirectional)
    throw LayerError("carry_state with bidirectional: a reverse direction has no batch before it");
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
      lstm("two_layers_in_one", {.input_size = 3, .hidden_size = 4, .num_layers = 2}, {2, 5, 3}),
      lstm("two_layers_carried", {.input_size = 3, .hidden_size = 2, .carry_state = true, .num_layers = 2},
           {2, 3, 3}),
      lstm("bidirectional", {.input_size = 3, .hidden_size = 4, .bidirectional = true}, {2, 5, 3}),
      lstm("two_layers_both_ways",
           {.input_size = 3, .hidden_size = 2, .bias = false, .num_layers = 2, .bidirectional = true},
           {3, 4, 3}),
  };
  all.push_back(layer_example("two_layers",
                              {{"lower", LstmSpec{3, 5, true, true}}, {"upper", LstmSpec{5, 2, true, true}}},
                              {3, 4, 3}));
  return all;
}

}  // namespace twin
