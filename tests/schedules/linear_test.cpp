#include "manual/schedules/linear.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

TEST(LinearLR, GoesAlongALineToItsEnd) {
  expect_factors(LinearSchedule{.start_factor = 0.5, .end_factor = 1, .total_iters = 4},
                 {0.5, 0.625, 0.75, 0.875, 1, 1, 1});
  expect_factors(LinearSchedule{.start_factor = 1, .end_factor = 0, .total_iters = 2}, {1, 0.5, 0, 0});
}

TEST(LinearLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("linear/defaults", LinearSchedule{});
  expect_rates_as_in_pytorch("linear/fall",
                             LinearSchedule{.start_factor = 0.75, .end_factor = 0.125, .total_iters = 17});
}

TEST(LinearLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(LinearSchedule{static_cast<double>(drawn(1, 10)) / 10,
                                       static_cast<double>(drawn(0, 10)) / 10, drawn(1, 40)},
                        50);
  }));
}

TEST(LinearLR, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((LinearSchedule{0.5, 1, 4}).stretched(2), (LinearSchedule{0.5, 1, 8}));
  EXPECT_EQ((LinearSchedule{0.5, 1, 4}).stretched(0.01), (LinearSchedule{0.5, 1, 1}));
}

TEST(LinearLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](LinearSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.start_factor = 0}), throws<UsageError>("start_factor is 0", "above 0"));
  EXPECT_THAT(validated({.end_factor = 1.5}),
              throws<UsageError>("factors from 0.3333333333333333 to 1.5", "at most 1"));
  EXPECT_THAT(validated({.total_iters = 0}), throws<UsageError>("total_iters is 0", "1 or more"));
}

}  // namespace
}  // namespace twin
