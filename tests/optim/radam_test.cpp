#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// Under a gradient that does not change, m̂ = g and √v̂ = |g|. So five steps are lr·g long; the sixth is lr·r.
TEST(Radam, ScalesFromTheSixthStepOn) {
  const double b = 0.999, limit = 2 / (1 - b) - 1;
  const double rho = limit - 12 * std::pow(b, 6) / (1 - std::pow(b, 6));
  const double r = std::sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
  for (const Backend* backend : backends()) {
    const std::vector<double> w =
        weights_after_steps(*backend, RadamSpec{.lr = 0.25, .eps = 0}, 0, std::vector<double>(6, 3));
    for (std::size_t s = 0; s < 5; ++s)
      EXPECT_NEAR(w[s], -0.25 * 3 * static_cast<double>(s + 1), 1e-14) << backend->name();
    EXPECT_NEAR(w[5], w[4] - 0.25 * r, 1e-12) << backend->name();
    EXPECT_LT(r, 0.1) << "the first of these steps is short";
  }
}

// eps is added to the root before its correction: √v = √(1-β₂⁶)·3.
TEST(Radam, EpsIsAddedBeforeTheCorrection) {
  const double eps = 0.5, root = std::sqrt(1 - std::pow(0.999, 6)) * 3;
  for (const Backend* backend : backends()) {
    const auto sixth = [&](double e) {
      const std::vector<double> w =
          weights_after_steps(*backend, RadamSpec{.lr = 1, .eps = e}, 0, std::vector<double>(6, 3));
      return w[4] - w[5];
    };
    EXPECT_NEAR(sixth(eps), sixth(0) * root / (root + eps), 1e-12) << backend->name();
  }
}

// An average of no more than three squares never says enough.
TEST(Radam, NeverScalesWithAShortMemory) {
  for (const Backend* backend : backends()) {
    const std::vector<double> w =
        weights_after_steps(*backend, RadamSpec{.lr = 0.25, .beta2 = 0.5}, 0, std::vector<double>(50, 3));
    for (std::size_t s = 0; s < w.size(); ++s)
      EXPECT_NEAR(w[s], -0.75 * static_cast<double>(s + 1), 1e-12) << backend->name();
  }
}

TEST(Radam, WeightDecayIsPartOfTheGradient) {
  for (const Backend* backend : backends())  // 1 + 0.25·4 = 2
    EXPECT_NEAR(weights_after_steps(*backend, RadamSpec{.lr = 0.5, .weight_decay = 0.25}, 4, {1})[0], 3,
                1e-15)
        << backend->name();
}

TEST(Radam, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("radam/defaults", RadamSpec{});
  expect_steps_as_in_pytorch(
      "radam/all_options",
      RadamSpec{.lr = 0.01, .beta1 = 0.75, .beta2 = 0.9, .eps = 0.125, .weight_decay = 0.25});
  expect_steps_as_in_pytorch("radam/never_scaled", RadamSpec{.lr = 0.01, .beta1 = 0.75, .beta2 = 0.5});
}

// On both sides of the first scaled step.
TEST(RadamTwin, UpdatesMatchForManyHyperparameters) {
  const auto example = [] {
    const DenseSpec dense{drawn(1, 5), drawn(1, 5)};
    Example trained = layer_example("random", {{"dense", dense}}, {drawn(1, 5), dense.in_features});
    trained.spec.optimizer = RadamSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                                       .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                                       .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                                       .eps = drawn_from(std::vector{1e-8, 1e-3, 1.0}),
                                       .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0})};
    return trained;
  };
  expect_twins_agree_on_random(example, {.steps = 9, .finite_differences = false});
}

TEST(RadamTwin, StaysTogether) { expect_twins_stay_together_with(RadamSpec{.lr = 0.003}); }

TEST(Radam, StateContinuesInAnotherNetwork) { expect_state_continues(RadamSpec{.lr = 0.01}); }

TEST(Radam, RefusesHyperparametersThatAreNone) {
  const auto validated = [](RadamSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1}), throws<UsageError>("beta2 is 1", "below 1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
}

}  // namespace
}  // namespace twin
