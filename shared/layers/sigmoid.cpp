#include "shared/layers/sigmoid.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SigmoidSpec::examples() {
  const auto sigmoid = [](std::string name, Shape input, double scale = 1) {
    Example example = layer_example(std::move(name), {{"sigmoid", SigmoidSpec{}}}, std::move(input));
    example.scale = scale;
    return example;
  };
  return {sigmoid("odd", {7, 3}),
          sigmoid("one_element", {1, 1}),
          sigmoid("picture", {2, 3, 5, 7}),
          sigmoid("several_hundred_rows", {317, 3}),
          sigmoid("saturated", {5, 13}, 40),
          sigmoid("tiny", {5, 13}, 1e-12)};
}

}  // namespace twin
