#include "shared/layers/tanh.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> TanhSpec::examples() {
  const auto tanh = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"tanh", TanhSpec{}}}, std::move(input), scale);
  };
  return {tanh("odd", {7, 3}),           tanh("one_element", {1, 1}),
          tanh("picture", {2, 3, 5, 7}), tanh("several_hundred_rows", {317, 3}),
          tanh("wide", {3, 131}),        tanh("saturated", {5, 13}, 20),
          tanh("huge", {5, 13}, 1e4),    tanh("tiny", {5, 13}, 1e-12)};
}

}  // namespace twin
