#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

// The size is 1, grows to 2, and shrinks to 1 where the sign turns, without a step. The gradient after the
// turn has nothing to agree with: it steps by 1, and the next by 2.
TEST(Rprop, FollowsItsRule) {
  const RpropSpec optimizer{.lr = 1, .etaminus = 0.5, .etaplus = 2};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 0, {3, 0.1, -5, -0.2, -1}),
                ElementsAre(-1, -3, -3, -2, 0))
        << backend->name();
}

// A gradient of 0 neither grows nor shrinks the size, in its own step and in the next.
TEST(Rprop, AGradientOfZeroHasNoSign) {
  const RpropSpec optimizer{.lr = 1, .etaminus = 0.5, .etaplus = 2};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 0, {1, 1, 0, -1, -1, 0, -1}),
                ElementsAre(-1, -3, -3, -1, 3, 3, 7))
        << backend->name();
}

TEST(Rprop, SizesStayBetweenTheirLimits) {
  const RpropSpec optimizer{
      .lr = 1, .etaminus = 0.25, .etaplus = 2, .step_size_min = 0.5, .step_size_max = 1.5};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 0, {1, 1, 1, -1, -1}),
                ElementsAre(-1, -2.5, -4, -4, -3.5))
        << backend->name();
}

TEST(Rprop, TheSizeOfTheGradientDoesNotCount) {
  const std::vector<double> small{1e-30, -1e-35, 2e-33, 1e-30}, large{1, -2, 3, 1e30};
  // By hand also where the product of two gradients is below what float32 can hold.
  EXPECT_EQ(weights_after_steps(twins().manual, RpropSpec{}, 0, small, DType::float32),
            weights_after_steps(twins().manual, RpropSpec{}, 0, large, DType::float32));
  for (const Backend* backend : backends())
    EXPECT_EQ(weights_after_steps(*backend, RpropSpec{}, 0, small),
              weights_after_steps(*backend, RpropSpec{}, 0, large))
        << backend->name();
}

// As PyTorch, it takes the rate of its first step for the size, and never looks at it again.
TEST(Rprop, TakesTheFirstSizeFromItsSchedule) {
  NetworkSpec spec = network_of_one_weight(RpropSpec{.lr = 1});
  spec.schedule = LinearSchedule{.start_factor = 0.25, .end_factor = 1, .total_iters = 2};
  const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                         Tensor("targets", {1, 1}, std::vector<double>{1})};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = backend->build(spec, DType::float64, Device::cpu);
    for (const double size : {0.25, 0.25 * 1.2, 0.25 * 1.2 * 1.2}) {
      network->train_step(batch.view());
      EXPECT_NEAR(network->optimizer_state().at("dense.weight.step_size").to_doubles()[0], size, 1e-16)
          << backend->name();
    }
  }
}

TEST(Rprop, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("rprop/defaults", RpropSpec{});
  expect_steps_as_in_pytorch(
      "rprop/all_options",
      RpropSpec{
          .lr = 0.02, .etaminus = 0.25, .etaplus = 1.5, .step_size_min = 0.015625, .step_size_max = 0.03125});
}

TEST(RpropTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return RpropSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                     .etaminus = drawn_from(std::vector{0.1, 0.5, 0.9}),
                     .etaplus = drawn_from(std::vector{1.1, 1.2, 2.0}),
                     .step_size_min = drawn_from(std::vector{0.0, 1e-6, 1e-2}),
                     .step_size_max = drawn_from(std::vector{1e-2, 0.1, 50.0})};
  });
}

// In so few steps that the gradients are far from 0: next to it their signs are chance.
TEST(RpropTwin, StaysTogether) {
  expect_twins_stay_together_with(RpropSpec{.lr = 1e-3, .etaplus = 1.01, .step_size_max = 2e-3});
}

TEST(Rprop, StateContinuesInAnotherNetwork) { expect_state_continues(RpropSpec{.lr = 0.001}); }

TEST(Rprop, RefusesHyperparametersThatAreNone) {
  const auto validated = [](RpropSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.etaminus = 0}), throws<UsageError>("etaminus is 0", "above 0", "below 1"));
  EXPECT_THAT(validated({.etaminus = 1}), throws<UsageError>("etaminus is 1"));
  EXPECT_THAT(validated({.etaplus = 1}), throws<UsageError>("etaplus is 1", "above 1"));
  EXPECT_THAT(validated({.step_size_min = 2, .step_size_max = 1}),
              throws<UsageError>("step sizes from 2 to 1", "not above step_size_max"));
}

}  // namespace
}  // namespace twin
