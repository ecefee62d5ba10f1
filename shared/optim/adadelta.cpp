#include "shared/optim/adadelta.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> AdadeltaSpec::examples() {
  return {training_example("plain", AdadeltaSpec{}), training_example("slow", AdadeltaSpec{.lr = 0.3}),
          large_training_example("several_hundred_parameters", AdadeltaSpec{.lr = 0.5}),
          // eps is about as large as the squares of the gradients.
          training_example("large_eps", AdadeltaSpec{.lr = 0.5, .rho = 0.5, .eps = 0.01}),
          training_example("weight_decay", AdadeltaSpec{.lr = 0.5, .weight_decay = 0.5})};
}

}  // namespace twin
