// What the tests of optimisers have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/twins.hpp"

namespace twin {

/// y = w·x under the inner product with 1: the gradient of w is x, whatever w is.
inline NetworkSpec network_of_one_weight(const OptimizerSpec& optimizer) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{1, 1, false}});
  spec.optimizer = optimizer;
  return spec;
}

/// The weight after each step, from w on, by these gradients.
inline std::vector<double> weights_after_steps(const Backend& backend, const OptimizerSpec& optimizer,
                                               double w, const std::vector<double>& gradients,
                                               DType dtype = DType::float64) {
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{w}});
  const std::unique_ptr<Network> network =
      loaded(backend, network_of_one_weight(optimizer), parameters, dtype);
  std::vector<double> weights;
  for (const double gradient : gradients) {
    const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{gradient}),
                           Tensor("targets", {1, 1}, std::vector<double>{1})};
    network->train_step(batch.as(dtype).view());
    weights.push_back(network->parameters().at("dense.weight").to_doubles().at(0));
  }
  return weights;
}

/// Free run of a small smooth network: both sides against each other after 1, 10 and 100 steps, in both
/// precisions.
inline void expect_twins_stay_together_with(const OptimizerSpec& optimizer) {
  const NetworkSpec spec = mlp({5, 7, 3}, CrossEntropyLossSpec{}, optimizer, UniformInitialiser{.bound = 1});
  for (const DType dtype : {DType::float64, DType::float32})
    expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), dtype, {1, 10, 100});
}

/// What one network leaves, another takes up: the same bits on the same side, whichever side left them.
inline void expect_state_continues(const OptimizerSpec& optimizer) {
  const NetworkSpec spec = mlp({2, 4, 1}, MseLossSpec{}, optimizer, UniformInitialiser{});
  const RandomCase data = random_case(spec, 7, 2, 1);
  for (const Backend* from : backends())
    for (const Backend* to : backends())
      for (const DType dtype : {DType::float64, DType::float32}) {
        const std::unique_ptr<Network> first = loaded(*from, spec, data.parameters, dtype);
        train_on(*first, data, dtype, 5);
        const std::unique_ptr<Network> second = loaded(*to, spec, first->parameters(), dtype);
        second->load_optimizer_state(first->optimizer_state());
        EXPECT_EQ(largest_relative_gap(second->optimizer_state(), first->optimizer_state()), 0);

        const std::vector<double> expected = train_on(*first, data, dtype, 10, 5);
        const std::vector<double> actual = train_on(*second, data, dtype, 10, 5);
        const double u = from == to ? 0 : unit_roundoff(dtype);
        for (std::size_t s = 0; s < actual.size(); ++s)
          EXPECT_NEAR(actual[s], expected[s], 64 * u * expected[s]) << from->name() << " to " << to->name();
        EXPECT_LE(largest_relative_gap(second->parameters(), first->parameters()), 64 * u)
            << from->name() << " to " << to->name();
      }
}

}  // namespace twin
