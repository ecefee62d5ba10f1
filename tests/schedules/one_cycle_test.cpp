#include "manual/schedules/one_cycle.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

// Up in the steps 0, 1, 2, down in 2, 3, 4: from ¼ to 1 to 1/16.
TEST(OneCycleLR, RisesOnceAndFallsFar) {
  const OneCycleSchedule schedule{.total_steps = 5, .pct_start = 0.6, .div_factor = 4, .final_div_factor = 4};
  expect_factors(schedule, {0.25, 0.625, 1, 17.0 / 32, 0.0625});
  OneCycleSchedule line = schedule;
  line.linear = true;
  expect_factors(line, {0.25, 0.625, 1, 17.0 / 32, 0.0625});
}

// 0 … 2 up, 2 … 4 back, 4 … 6 down.
TEST(OneCycleLR, HasAThirdPhase) {
  const OneCycleSchedule schedule{.total_steps = 7,
                                  .pct_start = 3.0 / 7,
                                  .linear = true,
                                  .div_factor = 4,
                                  .final_div_factor = 4,
                                  .three_phase = true};
  expect_factors(schedule, {0.25, 0.625, 1, 0.625, 0.25, 5.0 / 32, 0.0625});
}

TEST(OneCycleLR, StaysWhenItsStepsAreDone) {
  expect_factors(OneCycleSchedule{.total_steps = 9, .div_factor = 4, .final_div_factor = 4},
                 {0.0625, 0.0625, 0.0625}, 8);
}

TEST(OneCycleLR, APhaseWithoutLengthIsAtItsEnd) {
  expect_factors(OneCycleSchedule{.total_steps = 1, .pct_start = 1}, {1});
  expect_factors(OneCycleSchedule{.total_steps = 1, .pct_start = 0, .div_factor = 2, .final_div_factor = 2},
                 {0.25, 0.25});
  expect_factors(OneCycleSchedule{.total_steps = 4, .pct_start = 1, .linear = true, .div_factor = 4},
                 {0.25, 0.5, 0.75, 1, 1});
}

TEST(OneCycleLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("one_cycle/defaults", OneCycleSchedule{.total_steps = 40});
  expect_rates_as_in_pytorch(
      "one_cycle/linear",
      OneCycleSchedule{.total_steps = 31, .pct_start = 0.4, .linear = true, .div_factor = 5});
  expect_rates_as_in_pytorch("one_cycle/three_phases",
                             OneCycleSchedule{.total_steps = 37, .final_div_factor = 8, .three_phase = true});
}

TEST(OneCycleLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(OneCycleSchedule{.total_steps = drawn(1, 50),
                                         .pct_start = static_cast<double>(drawn(0, 10)) / 10,
                                         .linear = drawn_bool(),
                                         .div_factor = drawn_from(std::vector{1.0, 4.0, 25.0}),
                                         .final_div_factor = drawn_from(std::vector{1.0, 4.0, 1e4}),
                                         .three_phase = drawn_bool()},
                        60);
  }));
}

TEST(OneCycleLR, IsStretchedToAnotherNumberOfSteps) {
  OneCycleSchedule longer{.total_steps = 10, .pct_start = 0.4};
  longer = longer.stretched(2);
  EXPECT_EQ(longer, (OneCycleSchedule{.total_steps = 20, .pct_start = 0.4}));
}

TEST(OneCycleLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](OneCycleSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.total_steps = 0}), throws<UsageError>("total_steps is 0", "1 or more"));
  EXPECT_THAT(validated({.pct_start = 1.5}), throws<UsageError>("pct_start is 1.5", "at most 1"));
  EXPECT_THAT(validated({.div_factor = 0}), throws<UsageError>("div_factor is 0", "above 0"));
  EXPECT_THAT(validated({.final_div_factor = -1}), throws<UsageError>("final_div_factor is -1"));
}

}  // namespace
}  // namespace twin
