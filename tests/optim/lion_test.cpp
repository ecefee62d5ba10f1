#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

// m = 1 after g = 4. Then ½·1 - ½·1 = 0 moves nothing and leaves m = ½; ¼ - ½ moves back.
TEST(Lion, FollowsItsFormula) {
  const LionSpec optimizer{.lr = 0.25, .beta1 = 0.5, .beta2 = 0.75};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 1, {4, -1, -1}), ElementsAre(0.75, 0.75, 1))
        << backend->name();
}

// 4·(1 - ½·¼) - ½: the decay is decoupled, and comes first.
TEST(Lion, TheDecayIsOutsideTheSign) {
  const LionSpec optimizer{.lr = 0.5, .weight_decay = 0.25};
  for (const Backend* backend : backends()) {
    EXPECT_EQ(weights_after_steps(*backend, optimizer, 4, {1e-3})[0], 3) << backend->name();
    EXPECT_EQ(weights_after_steps(*backend, optimizer, 4, {0})[0], 3.5) << backend->name();
  }
}

// Biases decay too, as in the authors' code.
TEST(Lion, EveryParameterDecays) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{1, 1}});
  spec.optimizer = LionSpec{.lr = 0.5, .weight_decay = 0.25};
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{4}});
  parameters.add({"dense.bias", {1}, std::vector<double>{2}});
  const OwnedBatch nothing{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                           Tensor("targets", {1, 1}, std::vector<double>{0})};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, parameters);
    network->train_step(nothing.view());
    EXPECT_EQ(network->parameters().at("dense.weight").to_doubles()[0], 3.5) << backend->name();
    EXPECT_EQ(network->parameters().at("dense.bias").to_doubles()[0], 1.75) << backend->name();
  }
}

TEST(Lion, EveryStepIsAsLongAsTheRate) {
  for (const Backend* backend : backends())
    for (const double gradient : {1e-30, 1.0, 1e30})
      EXPECT_THAT(weights_after_steps(*backend, LionSpec{.lr = 0.25}, 1, {gradient, gradient, gradient}),
                  ElementsAre(0.75, 0.5, 0.25))
          << backend->name();
}

// PyTorch has no Lion: the steps are those of tests/reference/optimisers.py, which follows the paper.
TEST(Lion, StepsAreThoseOfThePaper) {
  expect_steps_as_in_pytorch("lion/defaults", LionSpec{});
  expect_steps_as_in_pytorch("lion/all_options",
                             LionSpec{.lr = 0.01, .beta1 = 0.5, .beta2 = 0.75, .weight_decay = 0.25});
}

TEST(LionTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return LionSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                    .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.99}),
                    .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.99}),
                    .weight_decay = drawn_from(std::vector{0.0, 1e-2, 0.9})};
  });
}

TEST(LionTwin, StaysTogether) { expect_twins_stay_together_with(LionSpec{.lr = 1e-3, .weight_decay = 0.1}); }

TEST(Lion, StateContinuesInAnotherNetwork) { expect_state_continues(LionSpec{.lr = 0.001}); }

TEST(Lion, RefusesHyperparametersThatAreNone) {
  const auto validated = [](LionSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1}), throws<UsageError>("beta2 is 1", "below 1"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
}

}  // namespace
}  // namespace twin
