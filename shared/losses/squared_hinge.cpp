#include "shared/losses/squared_hinge.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> SquaredHingeLossSpec::examples() {
  std::vector<Example> all{
      loss_example("odd", SquaredHingeLossSpec{}, {7, 3}),
      loss_example("one_element", SquaredHingeLossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", SquaredHingeLossSpec{}, {317, 5}),
      loss_example("picture", SquaredHingeLossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", SquaredHingeLossSpec{}, {3, 131}),
      // On both sides of the margin.
      loss_example("around_the_margin", SquaredHingeLossSpec{}, {19, 7}, 2),
      loss_example("huge", SquaredHingeLossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", SquaredHingeLossSpec{}, {5, 3}, 1e-6),
      // One output in seven meets the margin exactly. The mean of 2⁷ integers is exact.
      loss_example("integers", SquaredHingeLossSpec{}, {16, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
