#include "manual/schedules/cosine_annealing.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// Down in four steps, and up in four.
TEST(CosineAnnealingLR, SwingsAlongACosine) {
  const double high = (1 + std::sqrt(0.5)) / 2, low = 1 - high;
  expect_factors(CosineAnnealingSchedule{.t_max = 4}, {1, high, 0.5, low, 0, low, 0.5, high, 1, high});
  expect_factors(CosineAnnealingSchedule{.t_max = 2, .eta_min = 0.25}, {1, 0.625, 0.25, 0.625, 1});
}

// The angle does not lose its digits in late steps.
TEST(CosineAnnealingLR, IsPeriodic) {
  const CosineAnnealingSchedule schedule{.t_max = 7, .eta_min = 0.1};
  for (std::int64_t step = 0; step < 14; ++step)
    expect_factors(schedule, {manual::factor_of(schedule, step)}, step + 14 * 1000000007LL);
}

TEST(CosineAnnealingLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("cosine_annealing/defaults", CosineAnnealingSchedule{.t_max = 13});
  expect_rates_as_in_pytorch("cosine_annealing/floor",
                             CosineAnnealingSchedule{.t_max = 10, .eta_min = 0.125});
}

TEST(CosineAnnealingLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(CosineAnnealingSchedule{drawn(1, 30), static_cast<double>(drawn(0, 9)) / 10}, 70);
  }));
}

TEST(CosineAnnealingLR, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((CosineAnnealingSchedule{4, 0.1}).stretched(2), (CosineAnnealingSchedule{8, 0.1}));
  EXPECT_EQ((CosineAnnealingSchedule{4, 0.1}).stretched(0.01), (CosineAnnealingSchedule{1, 0.1}));
}

TEST(CosineAnnealingLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](CosineAnnealingSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.t_max = 0}), throws<UsageError>("t_max is 0", "1 or more"));
  EXPECT_THAT(validated({.eta_min = 1}), throws<UsageError>("eta_min is 1", "below 1"));
}

}  // namespace
}  // namespace twin
