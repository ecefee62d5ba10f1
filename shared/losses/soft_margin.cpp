#include "shared/losses/soft_margin.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SoftMarginLossSpec::examples() {
  return {loss_example("odd", SoftMarginLossSpec{}, {7, 3}),
          loss_example("one_element", SoftMarginLossSpec{}, {1, 1}),
          loss_example("one_output", SoftMarginLossSpec{}, {19, 1}),
          loss_example("several_hundred_rows", SoftMarginLossSpec{}, {317, 5}),
          loss_example("picture", SoftMarginLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", SoftMarginLossSpec{}, {3, 131}),
          loss_example("confident", SoftMarginLossSpec{}, {13, 5}, 8),
          // As far as LibTorch goes in float32: beyond 88, its exp overflows.
          loss_example("saturated", SoftMarginLossSpec{}, {13, 5}, 80),
          loss_example("tiny", SoftMarginLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
