#include "manual/schedules/step.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

TEST(StepLR, FallsEverySoManySteps) {
  expect_factors(StepSchedule{.step_size = 3, .gamma = 0.5}, {1, 1, 1, 0.5, 0.5, 0.5, 0.25});
  expect_factors(StepSchedule{}, {1, 0.1, 0.01, 0.001});
  expect_factors(StepSchedule{.step_size = 2, .gamma = 0}, {1, 1, 0, 0});
}

TEST(StepLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("step/defaults", StepSchedule{.step_size = 7});
  expect_rates_as_in_pytorch("step/half", StepSchedule{.step_size = 3, .gamma = 0.5});
}

TEST(StepLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(StepSchedule{drawn(1, 20), drawn_from(std::vector{0.0, 0.1, 0.9, 1.0})}, 50);
  }));
}

TEST(StepLR, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((StepSchedule{4, 0.5}).stretched(2.5), (StepSchedule{10, 0.5}));
  EXPECT_EQ((StepSchedule{4, 0.5}).stretched(0.01), (StepSchedule{1, 0.5}));
}

TEST(StepLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](StepSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.step_size = 0}), throws<UsageError>("step_size is 0", "1 or more"));
  EXPECT_THAT(validated({.gamma = -0.1}), throws<UsageError>("gamma is -0.1", "at least 0"));
}

}  // namespace
}  // namespace twin
