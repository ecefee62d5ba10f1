#include "shared/layers/log_softmax.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> LogSoftmaxSpec::examples() {
  const auto log_softmax = [](std::string name, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"log_softmax", LogSoftmaxSpec{}}}, std::move(input), scale);
  };
  return {log_softmax("odd", {7, 3}, 2), log_softmax("one_row", {1, 5}, 2),
          log_softmax("two_columns", {5, 2}, 2), log_softmax("sequence", {2, 3, 7}, 2),
          log_softmax("picture", {2, 3, 5, 7}, 2), log_softmax("several_hundred_rows", {317, 10}, 2),
          log_softmax("wide", {5, 131}, 3), log_softmax("confident", {13, 5}, 30),
          // exp(x) would overflow, in float64 too.
          log_softmax("huge", {13, 5}, 1e4), log_softmax("tiny", {13, 5}, 1e-9)};
}

}  // namespace twin
