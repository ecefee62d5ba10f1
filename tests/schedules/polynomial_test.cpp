#include "manual/schedules/polynomial.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

TEST(PolynomialLR, FallsToNothingAlongAPower) {
  expect_factors(PolynomialSchedule{.total_iters = 4}, {1, 0.75, 0.5, 0.25, 0, 0, 0});
  expect_factors(PolynomialSchedule{.total_iters = 4, .power = 2}, {1, 0.5625, 0.25, 0.0625, 0, 0});
  expect_factors(PolynomialSchedule{.total_iters = 4, .power = 0.5}, {0.5, 0}, 3);
}

TEST(PolynomialLR, RatesAreThoseOfPyTorch) {
  expect_rates_as_in_pytorch("polynomial/defaults", PolynomialSchedule{});
  expect_rates_as_in_pytorch("polynomial/square", PolynomialSchedule{.total_iters = 17, .power = 2});
}

TEST(PolynomialLR, IsTheSameOnBothSides) {
  EXPECT_TRUE(rc::check([] {
    expect_same_factors(PolynomialSchedule{drawn(1, 40), drawn_from(std::vector{0.5, 0.9, 1.0, 3.0})}, 50);
  }));
}

TEST(PolynomialLR, IsStretchedToAnotherNumberOfSteps) {
  EXPECT_EQ((PolynomialSchedule{4, 2}).stretched(2), (PolynomialSchedule{8, 2}));
  EXPECT_EQ((PolynomialSchedule{4, 2}).stretched(0.01), (PolynomialSchedule{1, 2}));
}

TEST(PolynomialLR, RefusesWhatIsNoSchedule) {
  const auto validated = [](PolynomialSchedule schedule) {
    return [=] { validate(network_on_schedule(schedule)); };
  };
  EXPECT_THAT(validated({.total_iters = 0}), throws<UsageError>("total_iters is 0", "1 or more"));
  EXPECT_THAT(validated({.power = 0}), throws<UsageError>("power is 0", "above 0"));
}

}  // namespace
}  // namespace twin
