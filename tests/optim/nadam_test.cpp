#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// A momentum that never changes is ½·β₁ = ¼; its products are ¼, 1/16, 1/64. After g = 2: m = 1, v̂ = 4. After
// g = -2: m = -½, v̂ = 4 again.
TEST(Nadam, FollowsItsFormula) {
  const NadamSpec optimizer{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.75, .eps = 2, .momentum_decay = 0};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 1, {2, -2});
    EXPECT_NEAR(w[0], 1 - 0.5 * (2 + 0.25 / (1 - 1.0 / 16) * 1) / (2 + 2), 1e-15) << backend->name();
    EXPECT_NEAR(w[1], w[0] + 0.5 * (0.75 / (1 - 1.0 / 16) * 2 + 0.25 / (1 - 1.0 / 64) * 0.5) / (2 + 2), 1e-15)
        << backend->name();
  }
}

// The first step with a momentum that decays: μ₁ = 0.9·(1 - ½·0.96), μ₂ = 0.9·(1 - ½·0.96²), m = 0.1·g.
TEST(Nadam, TheMomentumOfTheNextStepLooksAhead) {
  const double mu1 = 0.9 * (1 - 0.5 * 0.96), mu2 = 0.9 * (1 - 0.5 * 0.96 * 0.96);
  for (const Backend* backend : backends())
    EXPECT_NEAR(weights_after_steps(*backend, NadamSpec{.lr = 1, .eps = 0, .momentum_decay = 1}, 0, {3})[0],
                -(1 + mu2 / (1 - mu1 * mu2) * 0.1), 1e-14)
        << backend->name();
}

TEST(Nadam, WeightDecayIsPartOfTheGradient) {
  const NadamSpec plain{.lr = 0.5, .momentum_decay = 0};
  NadamSpec decaying = plain;
  decaying.weight_decay = 0.25;
  for (const Backend* backend : backends())  // 1 + 0.25·4 = 2
    EXPECT_NEAR(weights_after_steps(*backend, decaying, 4, {1})[0],
                weights_after_steps(*backend, plain, 4, {2})[0], 1e-15)
        << backend->name();
}

// The product of the momenta goes on from the step that is set: forwards, backwards, and to where it was.
TEST(Nadam, TheProductFollowsTheCountOfSteps) {
  const NetworkSpec spec = network_of_one_weight(NadamSpec{.lr = 1, .momentum_decay = 2});
  const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                         Tensor("targets", {1, 1}, std::vector<double>{1})};
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{1}});
  for (const Backend* backend : backends()) {
    const auto moved_to = [&](Network& network, std::int64_t done) {
      network.load_parameters(parameters);
      NamedTensors state;
      for (const char* name : {"dense.weight.exp_avg", "dense.weight.exp_avg_sq"})
        state.add(Tensor(name, {1, 1}, std::vector<double>{0.5}));
      state.add(step_count(done, DType::float64));
      network.load_optimizer_state(state);
      network.train_step(batch.view());
      return network.parameters().at("dense.weight").to_doubles()[0];
    };
    const std::unique_ptr<Network> used = backend->build(spec, DType::float64, Device::cpu);
    for (const std::int64_t done : {0, 7, 3, 4, 20, 0}) {
      const std::unique_ptr<Network> fresh = backend->build(spec, DType::float64, Device::cpu);
      EXPECT_NEAR(moved_to(*used, done), moved_to(*fresh, done), 1e-15)
          << backend->name() << " after " << done;
    }
  }
}

TEST(Nadam, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("nadam/defaults", NadamSpec{});
  expect_steps_as_in_pytorch("nadam/all_options", NadamSpec{.lr = 0.01,
                                                            .beta1 = 0.75,
                                                            .beta2 = 0.5,
                                                            .eps = 0.125,
                                                            .weight_decay = 0.25,
                                                            .momentum_decay = 0.5});
}

TEST(NadamTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return NadamSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                     .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                     .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                     .eps = drawn_from(std::vector{1e-8, 1e-3, 1.0}),
                     .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0}),
                     .momentum_decay = drawn_from(std::vector{0.0, 4e-3, 1.0, 100.0})};
  });
}

TEST(NadamTwin, StaysTogether) { expect_twins_stay_together_with(NadamSpec{.lr = 0.003}); }

TEST(Nadam, StateContinuesInAnotherNetwork) { expect_state_continues(NadamSpec{.lr = 0.01}); }

TEST(Nadam, RefusesHyperparametersThatAreNone) {
  const auto validated = [](NadamSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1}), throws<UsageError>("beta2 is 1", "below 1"));
  EXPECT_THAT(validated({.momentum_decay = -1}), throws<UsageError>("momentum_decay is -1"));
}

}  // namespace
}  // namespace twin
