#include "shared/layers/silu.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SiluSpec::examples() {
  const auto silu = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"silu", SiluSpec{}}}, std::move(input), scale);
  };
  return {silu("odd", {7, 3}), silu("one_element", {1, 1}), silu("picture", {2, 3, 5, 7}),
          silu("several_hundred_rows", {317, 3}), silu("wide", {3, 131}, 4), silu("saturated", {5, 13}, 40),
          // exp(-x) overflows in float32, and all but overflows in float64.
          silu("huge", {5, 13}, 700), silu("tiny", {5, 13}, 1e-12)};
}

}  // namespace twin
