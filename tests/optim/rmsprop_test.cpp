#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// The average of the squares is 16/4 = 4, and 3 + 4/4 = 4 again.
TEST(Rmsprop, FollowsItsFormula) {
  const RmspropSpec optimizer{.lr = 0.5, .alpha = 0.75, .eps = 2};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 1, {4, -2});
    EXPECT_EQ(w[0], 1 - 0.5 * 4 / (2 + 2)) << backend->name();
    EXPECT_EQ(w[1], w[0] + 0.5 * 2 / (2 + 2)) << backend->name();
  }
}

// What is added up is scaled already: 1, then ½·1 - ½ = 0.
TEST(Rmsprop, MomentumAddsUpScaledGradients) {
  const RmspropSpec optimizer{.lr = 0.5, .alpha = 0.75, .eps = 2, .momentum = 0.5};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 1, {4, -2}), testing::ElementsAre(0.5, 0.5))
        << backend->name();
}

// s = 8, a = 2: the variance is 4.
TEST(Rmsprop, CentredDividesByTheStandardDeviation) {
  const RmspropSpec optimizer{.lr = 0.5, .alpha = 0.5, .eps = 2, .centered = true};
  for (const Backend* backend : backends())
    EXPECT_EQ(weights_after_steps(*backend, optimizer, 1, {4})[0], 1 - 0.5 * 4 / (2 + 2)) << backend->name();
}

TEST(Rmsprop, WeightDecayIsPartOfTheGradient) {
  const RmspropSpec optimizer{.lr = 0.5, .alpha = 0.75, .eps = 2, .weight_decay = 0.25};
  for (const Backend* backend : backends())  // 3 + 0.25·4 = 4
    EXPECT_EQ(weights_after_steps(*backend, optimizer, 4, {3})[0], 4 - 0.5 * 4 / (2 + 2)) << backend->name();
}

// Under gradients that never change the variance is 0, and its rounding errors fall on either side of it.
TEST(Rmsprop, AVarianceThatRoundsBelowZeroIsZero) {
  const RmspropSpec optimizer{.lr = 1e-9, .alpha = 0.5, .centered = true};
  for (const DType dtype : {DType::float64, DType::float32})
    for (const double gradient : {0.1, 0.3, 0.7, 1.1, 3.3, 1e5 / 3})
      for (const double w :
           weights_after_steps(twins().manual, optimizer, 1, std::vector<double>(100, gradient), dtype))
        EXPECT_TRUE(std::isfinite(w)) << gradient;
}

TEST(Rmsprop, StatesAreThoseThatItsOptionsNeed) {
  EXPECT_THAT(RmspropSpec{}.state_names(), testing::ElementsAre("square_avg"));
  EXPECT_THAT((RmspropSpec{.momentum = 0.5}).state_names(),
              testing::ElementsAre("square_avg", "momentum_buffer"));
  EXPECT_THAT((RmspropSpec{.centered = true}).state_names(), testing::ElementsAre("square_avg", "grad_avg"));
  EXPECT_THAT((RmspropSpec{.momentum = 0.5, .centered = true}).state_names(),
              testing::ElementsAre("square_avg", "momentum_buffer", "grad_avg"));
}

TEST(Rmsprop, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("rmsprop/defaults", RmspropSpec{});
  expect_steps_as_in_pytorch("rmsprop/momentum", RmspropSpec{.lr = 0.01, .alpha = 0.9, .momentum = 0.9});
  expect_steps_as_in_pytorch("rmsprop/centered", RmspropSpec{.lr = 0.01, .alpha = 0.9, .centered = true});
  expect_steps_as_in_pytorch(
      "rmsprop/all_options",
      RmspropSpec{
          .lr = 0.01, .alpha = 0.9, .eps = 0.125, .weight_decay = 0.25, .momentum = 0.5, .centered = true});
}

// A centred average that forgets at once would divide by the rounding errors of a variance of 0.
TEST(RmspropTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    const bool centered = drawn_bool();
    return RmspropSpec{
        .lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
        .alpha = drawn_from(centered ? std::vector{0.5, 0.9, 0.99} : std::vector{0.0, 0.5, 0.9, 0.99}),
        .eps = drawn_from(std::vector{1e-8, 1e-3, 1.0}),
        .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0}),
        .momentum = drawn_from(std::vector{0.0, 0.5, 0.9}),
        .centered = centered};
  });
}

TEST(RmspropTwin, StaysTogether) {
  expect_twins_stay_together_with(RmspropSpec{.lr = 0.003});
  expect_twins_stay_together_with(RmspropSpec{.lr = 0.001, .alpha = 0.9, .momentum = 0.9, .centered = true});
}

TEST(Rmsprop, StateContinuesInAnotherNetwork) {
  expect_state_continues(RmspropSpec{.momentum = 0.5, .centered = true});
}

TEST(Rmsprop, RefusesHyperparametersThatAreNone) {
  const auto validated = [](RmspropSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.alpha = 1}), throws<UsageError>("alpha is 1", "below 1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
  EXPECT_THAT(validated({.momentum = -1}), throws<UsageError>("momentum is -1"));
}

}  // namespace
}  // namespace twin
