#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// Nothing is remembered: s = 9 in both steps; d = √16 / √25·3 = 2.4, then √(5.76 + 16) / 5·3.
TEST(Adadelta, FollowsItsFormula) {
  const AdadeltaSpec optimizer{.lr = 0.5, .rho = 0, .eps = 16};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 1, {3, -3});
    EXPECT_NEAR(w[0], 1 - 0.5 * 2.4, 1e-15) << backend->name();
    EXPECT_NEAR(w[1], w[0] + 0.5 * std::sqrt(5.76 + 16) / 5 * 3, 1e-15) << backend->name();
  }
}

TEST(Adadelta, WeightDecayIsPartOfTheGradient) {
  const AdadeltaSpec optimizer{.rho = 0, .eps = 16, .weight_decay = 0.25};
  for (const Backend* backend : backends())  // 2 + 0.25·4 = 3
    EXPECT_NEAR(weights_after_steps(*backend, optimizer, 4, {2})[0], 4 - 2.4, 1e-15) << backend->name();
}

// d has the units of the weights: gradients that are all a million times as large take the same steps, but
// for eps.
TEST(Adadelta, StepsDoNotDependOnTheUnitOfTheLoss) {
  const std::vector<double> gradients{1, -2, 0.5, 3};
  std::vector<double> larger;
  for (const double g : gradients) larger.push_back(1e6 * g);
  const AdadeltaSpec optimizer{.eps = 1e-18};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after_steps(*backend, optimizer, 0, gradients),
                              same = weights_after_steps(*backend, optimizer, 0, larger);
    for (std::size_t s = 0; s < w.size(); ++s)
      EXPECT_NEAR(same[s], w[s], 1e-9 * std::abs(w[s])) << backend->name();
  }
}

TEST(Adadelta, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("adadelta/defaults", AdadeltaSpec{});
  expect_steps_as_in_pytorch("adadelta/all_options",
                             AdadeltaSpec{.lr = 0.5, .rho = 0.75, .eps = 0.125, .weight_decay = 0.25});
}

TEST(AdadeltaTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return AdadeltaSpec{.lr = drawn_from(std::vector{1e-2, 1.0, 10.0}),
                        .rho = drawn_from(std::vector{0.0, 0.5, 0.9, 0.99}),
                        .eps = drawn_from(std::vector{1e-6, 1e-3, 1.0}),
                        .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0})};
  });
}

TEST(AdadeltaTwin, StaysTogether) { expect_twins_stay_together_with(AdadeltaSpec{}); }

TEST(Adadelta, StateContinuesInAnotherNetwork) { expect_state_continues(AdadeltaSpec{.weight_decay = 0.1}); }

TEST(Adadelta, RefusesHyperparametersThatAreNone) {
  const auto validated = [](AdadeltaSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.rho = 1}), throws<UsageError>("rho is 1", "below 1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
}

}  // namespace
}  // namespace twin
