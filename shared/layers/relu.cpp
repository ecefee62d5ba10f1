#include "shared/layers/relu.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> ReluSpec::examples() {
  const auto relu = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"relu", ReluSpec{}}}, std::move(input), scale);
  };
  std::vector<Example> all{
      relu("odd", {7, 3}),
      relu("one_element", {1, 1}),
      relu("picture", {2, 3, 5, 7}),
      relu("several_hundred_rows", {317, 3}),
      relu("wide", {3, 131}),
      relu("huge", {5, 13}, 1e12),
      relu("tiny", {5, 13}, 1e-12),
      // The side of the kink is decided on numbers that are rounded.
      layer_example("after_dense", {{"dense", DenseSpec{5, 11}}, {"relu", ReluSpec{}}}, {7, 5}),
      // A seventh of the inputs lies on the kink.
      relu("integers", {17, 13}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
