#include "manual/schedules/exponential.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

TEST(ExponentialLR, FallsByTheSameFactorInEveryStep) {
  expect_factors(ExponentialSchedule{0.5}, {1, 0.5, 0.25, 0.125});
  expect_factors(ExponentialSchedule{0}, {1, 0, 0});
  expect_factors(ExponentialSchedule{1}, {1, 1}, 1000);
}

TEST(ExponentialLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("exponential/slow", ExponentialSchedule{0.9});
}

TEST(ExponentialLR, IsTheSameOnBothSides) {
  for (const double gamma : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0})
    expect_same_factors(ExponentialSchedule{gamma}, 50);
}

// After twice the steps it is where it was.
TEST(ExponentialLR, IsStretchedToAnotherNumberOfSteps) {
  const ExponentialSchedule schedule{0.9}, longer = schedule.stretched(2);
  for (const std::int64_t step : {1, 7, 30})
    EXPECT_NEAR(manual::factor_of(longer, 2 * step), manual::factor_of(schedule, step), 1e-14);
}

TEST(ExponentialLR, RefusesWhatIsNoSchedule) {
  EXPECT_THAT([] { validate(network_on_schedule(ExponentialSchedule{-0.5})); },
              throws<UsageError>("gamma is -0.5", "at least 0"));
}

}  // namespace
}  // namespace twin
