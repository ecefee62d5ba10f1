#include "shared/optim/lion.hpp"

#include <utility>

#include "shared/specs/example.hpp"

namespace twin {

std::vector<double> LionSpec::implied_gradient(const UpdateValues& before, const Array&,
                                               const std::vector<Array>& state) const {
  const Array& m = before.state.at("exp_avg");
  return each(m.size(), [&](std::size_t k) { return (state[0][k] - beta2 * m[k]) / (1 - beta2); });
}

std::vector<Example> LionSpec::examples() {
  // From few rows: gradients that differ much from step to step.
  const auto noisy = [](std::string name, const LionSpec& optimizer) {
    Example example = large_training_example(std::move(name), optimizer);
    example.input[0] = 3;
    return example;
  };
  return {training_example("plain", LionSpec{.lr = 0.01}),
          large_training_example("several_hundred_parameters", LionSpec{.lr = 0.01}),
          noisy("noisy_gradients", LionSpec{.lr = 0.01, .beta1 = 0.7, .beta2 = 0.5}),
          noisy("weight_decay", LionSpec{.lr = 0.01, .beta1 = 0.5, .weight_decay = 0.5})};
}

}  // namespace twin
