#include "shared/losses/mse.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> MseLossSpec::examples() {
  return {loss_example("odd", MseLossSpec{}, {7, 3}),
          loss_example("one_element", MseLossSpec{}, {1, 1}),
          loss_example("several_hundred_rows", MseLossSpec{}, {317, 5}),
          loss_example("picture", MseLossSpec{}, {2, 3, 5, 7}),
          loss_example("wide", MseLossSpec{}, {3, 131}),
          loss_example("huge", MseLossSpec{}, {5, 3}, 1e6),
          loss_example("tiny", MseLossSpec{}, {5, 3}, 1e-6)};
}

}  // namespace twin
