#include "shared/losses/hinge.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> HingeLossSpec::examples() {
  std::vector<Example> all{
      loss_example("odd", HingeLossSpec{}, {7, 3}),
      loss_example("one_element", HingeLossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", HingeLossSpec{}, {317, 5}),
      loss_example("picture", HingeLossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", HingeLossSpec{}, {3, 131}),
      // On both sides of the margin.
      loss_example("around_the_margin", HingeLossSpec{}, {19, 7}, 2),
      loss_example("huge", HingeLossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", HingeLossSpec{}, {5, 3}, 1e-6),
      // One output in seven meets the margin exactly. The mean of 2⁷ integers is exact.
      loss_example("integers", HingeLossSpec{}, {16, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
