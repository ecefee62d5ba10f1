#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// The sum is 7 + 9 = 16, then 25; the rate is 1, then ½.
TEST(Adagrad, FollowsItsFormula) {
  const AdagradSpec optimizer{.lr = 1, .lr_decay = 1, .initial_accumulator_value = 7, .eps = 2};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 1, {3, -3});
    EXPECT_EQ(w[0], 1 - 3.0 / (4 + 2)) << backend->name();
    EXPECT_NEAR(w[1], w[0] + 0.5 * 3 / (5 + 2), 1e-15) << backend->name();
  }
}

TEST(Adagrad, WeightDecayIsPartOfTheGradient) {
  const AdagradSpec optimizer{.lr = 1, .weight_decay = 0.25, .eps = 3};
  for (const Backend* backend : backends())  // 2 + 0.25·4 = 3
    EXPECT_EQ(weights_after_steps(*backend, optimizer, 4, {2})[0], 4 - 3.0 / (3 + 3)) << backend->name();
}

TEST(Adagrad, TheSumStartsFromItsInitialValue) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = backend->build(
        network_of_one_weight(AdagradSpec{.initial_accumulator_value = 0.5}), DType::float64, Device::cpu);
    EXPECT_EQ(network->optimizer_state().at("dense.weight.sum").to_doubles()[0], 0.5) << backend->name();
  }
}

// Without eps too: 0 / (0 + eps) is 0.
TEST(Adagrad, AGradientOfZeroMovesNothing) {
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, AdagradSpec{}, 3, {0, 0}), testing::ElementsAre(3, 3))
        << backend->name();
}

TEST(Adagrad, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("adagrad/defaults", AdagradSpec{});
  expect_steps_as_in_pytorch(
      "adagrad/all_options",
      AdagradSpec{
          .lr = 0.1, .lr_decay = 0.5, .weight_decay = 0.25, .initial_accumulator_value = 0.5, .eps = 0.125});
}

TEST(AdagradTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return AdagradSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                       .lr_decay = drawn_from(std::vector{0.0, 1e-2, 1.0}),
                       .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0}),
                       .initial_accumulator_value = drawn_from(std::vector{0.0, 1e-3, 1.0}),
                       .eps = drawn_from(std::vector{1e-10, 1e-3, 1.0})};
  });
}

TEST(AdagradTwin, StaysTogether) {
  expect_twins_stay_together_with(AdagradSpec{.lr = 0.1, .lr_decay = 0.01});
}

TEST(Adagrad, StateContinuesInAnotherNetwork) {
  expect_state_continues(AdagradSpec{.lr = 0.1, .lr_decay = 0.1, .initial_accumulator_value = 0.1});
}

TEST(Adagrad, RefusesHyperparametersThatAreNone) {
  const auto validated = [](AdagradSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.lr_decay = -1}), throws<UsageError>("lr_decay is -1", "at least 0"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
  EXPECT_THAT(validated({.initial_accumulator_value = -1}),
              throws<UsageError>("initial_accumulator_value is -1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
}

}  // namespace
}  // namespace twin
