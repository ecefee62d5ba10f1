#include "manual/schedules/multi_step.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

TEST(MultiStepLR, FallsAtEachMilestone) {
  expect_factors(MultiStepSchedule{{2, 3, 6}, 0.5}, {1, 1, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125});
  expect_factors(MultiStepSchedule{{0}, 0.5}, {0.5, 0.5});
  expect_factors(MultiStepSchedule{}, {1, 1, 1});
}

TEST(MultiStepLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("multi_step/defaults", MultiStepSchedule{{3, 4, 17}});
  expect_rates_as_in_pytorch("multi_step/half", MultiStepSchedule{{0, 9}, 0.5});
}

TEST(MultiStepLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    MultiStepSchedule schedule{{}, drawn_from(std::vector{0.0, 0.1, 0.9, 1.01})};
    std::int64_t milestone = drawn(0, 5);
    for (std::int64_t left = drawn(0, 5); left > 0; --left) {
      schedule.milestones.push_back(milestone);
      milestone += drawn(1, 10);
    }
    expect_same_factors(schedule, 50);
  }));
}

TEST(MultiStepLR, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((MultiStepSchedule{{0, 2, 7}, 0.5}).stretched(2), (MultiStepSchedule{{0, 4, 14}, 0.5}));
  EXPECT_EQ((MultiStepSchedule{{1, 2, 40}, 0.5}).stretched(0.1), (MultiStepSchedule{{1, 4}, 0.5}));
}

TEST(MultiStepLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](MultiStepSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.milestones = {3, 3}}), throws<UsageError>("the milestones are 3, 3", "that rise"));
  EXPECT_THAT(validated({.milestones = {-1}}), throws<UsageError>("the milestones are -1"));
  EXPECT_THAT(validated({.gamma = -1}), throws<UsageError>("gamma is -1"));
}

}  // namespace
}  // namespace twin
