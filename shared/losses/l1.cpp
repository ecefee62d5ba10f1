#include "shared/losses/l1.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> L1LossSpec::examples() {
  std::vector<Example> all{
      loss_example("odd", L1LossSpec{}, {7, 3}),
      loss_example("one_element", L1LossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", L1LossSpec{}, {317, 5}),
      loss_example("picture", L1LossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", L1LossSpec{}, {3, 131}),
      loss_example("sum", L1LossSpec{.reduction = Reduction::sum}, {11, 7}),
      loss_example("huge", L1LossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", L1LossSpec{}, {5, 3}, 1e-6),
      // One output in seven meets its target. The mean of 2⁷ integers is exact.
      loss_example("integers", L1LossSpec{}, {16, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
