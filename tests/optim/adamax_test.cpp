#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// m̂ = 3 and n = 3 + 1 after g = 3. After g = -1: m̂ = ¼ / ¾, and n = 2 by the old norm, and by |g| + 1.
TEST(Adamax, FollowsItsFormula) {
  const AdamaxSpec optimizer{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .eps = 1};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 1, {3, -1});
    EXPECT_EQ(w[0], 1 - 0.5 * 3 / 4) << backend->name();
    EXPECT_NEAR(w[1], w[0] - 0.5 * (1.0 / 3) / 2, 1e-15) << backend->name();
  }
}

TEST(Adamax, WeightDecayIsPartOfTheGradient) {
  const AdamaxSpec optimizer{.lr = 0.5, .eps = 1, .weight_decay = 0.25};
  for (const Backend* backend : backends())  // 2 + 0.25·4 = 3
    EXPECT_NEAR(weights_after_steps(*backend, optimizer, 4, {2})[0], 4 - 0.5 * 3 / 4, 1e-15)
        << backend->name();
}

// The largest gradient is forgotten by β₂ in each step, until a later one is larger.
TEST(Adamax, TheNormIsTheLargestOfDecayingSizes) {
  const AdamaxSpec optimizer{.lr = 1, .beta1 = 0, .beta2 = 0.5, .eps = 0};
  for (const Backend* backend : backends())  // n = 8, 4, 2, 3
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 0, {8, 1, 1, -3}),
                testing::ElementsAre(-1, -1.25, -1.75, -0.75))
        << backend->name();
}

TEST(Adamax, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("adamax/defaults", AdamaxSpec{});
  expect_steps_as_in_pytorch(
      "adamax/all_options",
      AdamaxSpec{.lr = 0.01, .beta1 = 0.75, .beta2 = 0.5, .eps = 0.125, .weight_decay = 0.25});
}

TEST(AdamaxTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return AdamaxSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                      .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                      .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                      .eps = drawn_from(std::vector{1e-8, 1e-3, 1.0}),
                      .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0})};
  });
}

TEST(AdamaxTwin, StaysTogether) { expect_twins_stay_together_with(AdamaxSpec{.lr = 0.003}); }

TEST(Adamax, StateContinuesInAnotherNetwork) { expect_state_continues(AdamaxSpec{.lr = 0.01}); }

TEST(Adamax, RefusesHyperparametersThatAreNone) {
  const auto validated = [](AdamaxSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1}), throws<UsageError>("beta2 is 1", "below 1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
}

}  // namespace
}  // namespace twin
