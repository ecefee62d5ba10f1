#include "shared/optim/adam.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<double> AdamSpec::implied_gradient(const UpdateValues& before, const Array&,
                                               const std::vector<Array>& state) const {
  const Array& m = before.state.at("exp_avg");
  return each(m.size(), [&](std::size_t k) {
    return (state[0][k] - beta1 * m[k]) / (1 - beta1) - weight_decay * before.value[k];
  });
}

std::vector<Example> AdamSpec::examples() {
  return {training_example("plain", AdamSpec{.lr = 0.01}),
          large_training_example("several_hundred_parameters", AdamSpec{.lr = 0.01}),
          // eps is about as large as the gradients, so an eps in the wrong place changes the step.
          training_example("large_eps", AdamSpec{.lr = 0.01, .eps = 0.1}),
          training_example("short_memory", AdamSpec{.lr = 0.3, .beta1 = 0, .beta2 = 0.5}),
          training_example("weight_decay", AdamSpec{.lr = 0.01, .weight_decay = 0.1}),
          // The second moment forgets fast enough to fall.
          training_example("amsgrad", AdamSpec{.lr = 0.01, .beta2 = 0.5, .amsgrad = true})};
}

}  // namespace twin
