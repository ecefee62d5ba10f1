#include "shared/optim/nadam.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> NadamSpec::examples() {
  return {training_example("plain", NadamSpec{.lr = 0.01}),
          large_training_example("several_hundred_parameters", NadamSpec{.lr = 0.01}),
          // eps is about as large as the gradients, so an eps in the wrong place changes the step.
          training_example("large_eps", NadamSpec{.lr = 0.01, .eps = 0.1}),
          training_example("fast_momentum", NadamSpec{.lr = 0.01, .momentum_decay = 5}),
          training_example("weight_decay", NadamSpec{.lr = 0.01, .weight_decay = 0.5})};
}

}  // namespace twin
