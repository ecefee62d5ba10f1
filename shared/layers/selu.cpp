#include "shared/layers/selu.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SeluSpec::examples() {
  const auto selu = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"selu", SeluSpec{}}}, std::move(input), scale);
  };
  return {selu("odd", {7, 3}), selu("one_element", {1, 1}), selu("picture", {2, 3, 5, 7}),
          selu("several_hundred_rows", {317, 3}), selu("wide", {3, 131}), selu("saturated", {5, 13}, 40),
          // Where x > 0, exp(x) overflows, and is not used.
          selu("huge", {5, 13}, 1e4), selu("small", {5, 13}, 1e-2),
          // The side of the kink is decided on numbers that are rounded.
          layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"selu", SeluSpec{}}}, {7, 5})};
}

}  // namespace twin
