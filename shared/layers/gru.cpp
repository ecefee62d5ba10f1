#include "shared/layers/gru.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> GruSpec::examples() {
  const auto gru = [](std::string name, GruSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"gru", spec}}, std::move(input), scale);
  };
  return {
      gru("odd", {5, 3}, {2, 7, 5}),
      gru("one_step", {3, 2}, {5, 1, 3}),
      gru("two_steps", {2, 3}, {3, 2, 2}),
      gru("one_feature", {1, 1}, {1, 3, 1}),
      // As many features as hidden units: both weights have one shape.
      gru("square", {3, 3}, {2, 5, 3}),
      gru("without_bias", {.input_size = 3, .hidden_size = 2, .bias = false}, {2, 4, 3}),
      gru("two_layers", {.input_size = 3, .hidden_size = 4, .num_layers = 2}, {2, 5, 3}),
      gru("bidirectional", {.input_size = 3, .hidden_size = 4, .bidirectional = true}, {2, 5, 3}),
      gru("two_layers_both_ways",
          {.input_size = 3, .hidden_size = 2, .num_layers = 2, .bias = false, .bidirectional = true},
          {3, 4, 3}),
      gru("several_hundred_rows", {2, 2}, {311, 2, 2}),
      gru("long_sequence", {2, 3}, {1, 29, 2}),
      gru("wide", {19, 67}, {2, 2, 19}),
      gru("saturated", {3, 2}, {2, 4, 3}, 30),
      gru("huge", {3, 2}, {2, 4, 3}, 200),
      gru("tiny", {3, 2}, {2, 4, 3}, 1e-9),
      layer_example("on_top_of_another", {{"lower", GruSpec{3, 5}}, {"upper", GruSpec{5, 2}}}, {3, 4, 3}),
  };
}

}  // namespace twin
