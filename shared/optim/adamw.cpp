#include "shared/optim/adamw.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> AdamwSpec::examples() {
  // lr·weight_decay is a hundredth: the decay of a weight is about as large as Adam's step.
  return {
      training_example("plain", AdamwSpec{.lr = 0.01, .weight_decay = 1}),
      large_training_example("several_hundred_parameters", AdamwSpec{.lr = 0.01, .weight_decay = 1}),
      training_example("decay_all", AdamwSpec{.lr = 0.01, .weight_decay = 1, .decay_all = true}),
      training_example("large_eps", AdamwSpec{.lr = 0.01, .eps = 0.1, .weight_decay = 0.5}),
      training_example("amsgrad", AdamwSpec{.lr = 0.01, .beta2 = 0.5, .weight_decay = 1, .amsgrad = true}),
      training_example("without_decay", AdamwSpec{.lr = 0.01, .weight_decay = 0})};
}

}  // namespace twin
