#include "manual/schedules/cosine_annealing_warm_restarts.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// Cycles of one, two and four steps.
TEST(CosineAnnealingWarmRestarts, FallsAndStartsAgain) {
  const double high = (1 + std::sqrt(0.5)) / 2;
  expect_factors(CosineAnnealingWarmRestartsSchedule{.t_0 = 1, .t_mult = 2},
                 {1, 1, 0.5, 1, high, 0.5, 1 - high, 1});
  expect_factors(CosineAnnealingWarmRestartsSchedule{.t_0 = 2, .eta_min = 0.25}, {1, 0.625, 1, 0.625});
}

TEST(CosineAnnealingWarmRestarts, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("cosine_annealing_warm_restarts/defaults",
                             CosineAnnealingWarmRestartsSchedule{.t_0 = 7});
  expect_rates_as_in_pytorch("cosine_annealing_warm_restarts/longer",
                             CosineAnnealingWarmRestartsSchedule{.t_0 = 3, .t_mult = 2, .eta_min = 0.125});
}

TEST(CosineAnnealingWarmRestarts, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(
        CosineAnnealingWarmRestartsSchedule{drawn(1, 20), drawn(1, 4), static_cast<double>(drawn(0, 9)) / 10},
        70);
  }));
}

TEST(CosineAnnealingWarmRestarts, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((CosineAnnealingWarmRestartsSchedule{4, 2, 0.1}).stretched(2),
            (CosineAnnealingWarmRestartsSchedule{8, 2, 0.1}));
}

TEST(CosineAnnealingWarmRestarts, RefusesWhatIsNoSchedule) {
  const auto validated = [](CosineAnnealingWarmRestartsSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.t_0 = 0}), throws<UsageError>("t_0 is 0", "1 or more"));
  EXPECT_THAT(validated({.t_mult = 0}), throws<UsageError>("t_mult is 0", "1 or more"));
  EXPECT_THAT(validated({.eta_min = -1}), throws<UsageError>("eta_min is -1"));
}

}  // namespace
}  // namespace twin
