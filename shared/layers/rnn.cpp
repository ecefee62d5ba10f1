#include "shared/layers/rnn.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> RnnSpec::examples() {
  constexpr Nonlinearity kRelu = Nonlinearity::relu;
  const auto rnn = [](std::string name, RnnSpec spec, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"rnn", spec}}, std::move(input), scale);
  };
  std::vector<Example> all{
      rnn("odd", {5, 3}, {2, 7, 5}),
      rnn("one_step", {3, 2}, {5, 1, 3}),
      rnn("two_steps", {2, 3}, {3, 2, 2}),
      rnn("one_feature", {1, 1}, {1, 3, 1}),
      // As many features as hidden units: both weights have one shape.
      rnn("square", {3, 3}, {2, 5, 3}),
      rnn("without_bias", {.input_size = 3, .hidden_size = 2, .bias = false}, {2, 4, 3}),
      rnn("relu", {.input_size = 5, .hidden_size = 3, .nonlinearity = kRelu}, {2, 5, 5}),
      rnn("two_layers", {.input_size = 3, .hidden_size = 4, .num_layers = 2}, {2, 5, 3}),
      rnn("bidirectional", {.input_size = 3, .hidden_size = 4, .bidirectional = true}, {2, 5, 3}),
      rnn("two_layers_both_ways_relu",
          {.input_size = 3,
           .hidden_size = 2,
           .num_layers = 2,
           .nonlinearity = kRelu,
           .bias = false,
           .bidirectional = true},
          {3, 4, 3}),
      rnn("three_layers_both_ways",
          {.input_size = 2, .hidden_size = 3, .num_layers = 3, .bidirectional = true}, {2, 3, 2}),
      rnn("several_hundred_rows", {2, 2}, {311, 2, 2}),
      rnn("long_sequence", {2, 3}, {1, 29, 2}),
      rnn("wide", {19, 67}, {2, 2, 19}),
      rnn("saturated", {3, 2}, {2, 4, 3}, 30),
      rnn("huge", {3, 2}, {2, 4, 3}, 200),
      // Longer, or larger, and training would leave what float32 can hold.
      rnn("large_relu", {.input_size = 3, .hidden_size = 2, .nonlinearity = kRelu}, {2, 2, 3}, 30),
      rnn("tiny", {3, 2}, {2, 4, 3}, 1e-9),
      // Sums of small integers: many are 0, where the rectifier has its kink.
      rnn("integers", {.input_size = 2, .hidden_size = 3, .nonlinearity = kRelu}, {11, 3, 2}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
