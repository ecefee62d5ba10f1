#include "shared/layers/hardswish.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> HardswishSpec::examples() {
  const auto hardswish = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"hardswish", HardswishSpec{}}}, std::move(input), scale);
  };
  // No example of integers: at 3, the gradient of PyTorch up to 2.6 is now 1, now 1½.
  return {
      hardswish("odd", {7, 3}), hardswish("one_element", {1, 1}),
      // Inputs lie below, between and above the kinks.
      hardswish("both_kinks", {7, 11}, 6), hardswish("picture", {2, 3, 5, 7}, 5),
      hardswish("several_hundred_rows", {317, 3}, 4), hardswish("wide", {3, 131}, 4),
      hardswish("huge", {5, 13}, 1e12), hardswish("tiny", {5, 13}, 1e-12),
      // The side of a kink is decided on numbers that are rounded.
      layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"hardswish", HardswishSpec{}}}, {7, 5}, 4)};
}

}  // namespace twin
