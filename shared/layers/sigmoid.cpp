#include "shared/layers/sigmoid.hpp"

#include "shared/specs/example.hpp"

namespace twin {

LayerSpec smooth_layer(std::string name) { return {std::move(name), SigmoidSpec{}}; }

std::vector<Example> SigmoidSpec::examples() {
  const auto sigmoid = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"sigmoid", SigmoidSpec{}}}, std::move(input), scale);
  };
  return {sigmoid("odd", {7, 3}), sigmoid("one_element", {1, 1}), sigmoid("picture", {2, 3, 5, 7}),
          sigmoid("several_hundred_rows", {317, 3}), sigmoid("wide", {3, 131}),
          sigmoid("saturated", {5, 13}, 40),
          // exp(-x) overflows in float32, and all but overflows in float64.
          sigmoid("huge", {5, 13}, 700), sigmoid("tiny", {5, 13}, 1e-12)};
}

}  // namespace twin
