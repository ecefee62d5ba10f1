#include "shared/layers/softmax.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SoftmaxSpec::examples() {
  const auto softmax = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"softmax", SoftmaxSpec{}}}, std::move(input), scale);
  };
  return {softmax("odd", {7, 3}, 2), softmax("one_row", {1, 5}, 2), softmax("two_columns", {5, 2}, 2),
          // What is certain stays so: its gradient is 0.
          softmax("one_column", {3, 1}), softmax("sequence", {2, 3, 7}, 2),
          softmax("picture", {2, 3, 5, 7}, 2), softmax("several_hundred_rows", {317, 10}, 2),
          softmax("wide", {5, 131}, 3), softmax("confident", {13, 5}, 30),
          // exp(x) would overflow, in float64 too.
          softmax("huge", {13, 5}, 1e4), softmax("tiny", {13, 5}, 1e-9)};
}

}  // namespace twin
