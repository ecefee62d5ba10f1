#include "shared/optim/adagrad.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> AdagradSpec::examples() {
  return {training_example("plain", AdagradSpec{.lr = 0.1}),
          large_training_example("several_hundred_parameters", AdagradSpec{.lr = 0.1}),
          training_example("lr_decay", AdagradSpec{.lr = 0.1, .lr_decay = 0.5}),
          training_example("weight_decay", AdagradSpec{.lr = 0.1, .weight_decay = 0.5}),
          training_example("initial_sum", AdagradSpec{.lr = 0.1, .initial_accumulator_value = 0.01}),
          // eps is about as large as the gradients, so an eps in the wrong place changes the step.
          training_example("large_eps", AdagradSpec{.lr = 0.1, .eps = 0.1})};
}

}  // namespace twin
