#include "shared/optim/adamax.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> AdamaxSpec::examples() {
  return {training_example("plain", AdamaxSpec{.lr = 0.01}),
          large_training_example("several_hundred_parameters", AdamaxSpec{.lr = 0.01}),
          // eps is about as large as the gradients, so an eps in the wrong place changes the step.
          training_example("large_eps", AdamaxSpec{.lr = 0.01, .eps = 0.1}),
          training_example("short_memory", AdamaxSpec{.lr = 0.03, .beta1 = 0, .beta2 = 0.5}),
          training_example("weight_decay", AdamaxSpec{.lr = 0.01, .weight_decay = 0.5})};
}

}  // namespace twin
