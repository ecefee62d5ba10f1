#include "shared/losses/log_cosh.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> LogCoshLossSpec::examples() {
  return {
      loss_example("odd", LogCoshLossSpec{}, {7, 3}), loss_example("one_element", LogCoshLossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", LogCoshLossSpec{}, {317, 5}),
      loss_example("picture", LogCoshLossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", LogCoshLossSpec{}, {3, 131}), loss_example("far", LogCoshLossSpec{}, {13, 5}, 30),
      // cosh would overflow, in float64 too.
      loss_example("huge", LogCoshLossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", LogCoshLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
