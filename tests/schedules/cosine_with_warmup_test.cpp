#include "manual/schedules/cosine_with_warmup.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/twins.hpp"

namespace twin {
namespace {

NetworkSpec scheduled(const CosineWithWarmupSchedule& schedule, double lr = 1) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{1, 1, false}});
  spec.optimizer = SgdSpec{.lr = lr};
  spec.schedule = schedule;
  return spec;
}

// Of both sides, for the step of this number, counted from 0.
void expect_factor(const CosineWithWarmupSchedule& schedule, std::int64_t step, double factor) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        backend->build(scheduled(schedule, 2), DType::float64, Device::cpu);
    network->set_steps_done(step);
    EXPECT_NEAR(network->learning_rate(), 2 * factor, 1e-15) << backend->name() << ", step " << step;
  }
}

// Four steps up to the whole rate, eight down: a half in the middle of the fall, the floor when it is over.
TEST(CosineWithWarmup, RisesInALineAndFallsAlongACosine) {
  const CosineWithWarmupSchedule schedule{.warmup_steps = 4, .total_steps = 12};
  expect_factor(schedule, 0, 0.25);
  expect_factor(schedule, 1, 0.5);
  expect_factor(schedule, 2, 0.75);
  expect_factor(schedule, 3, 1);
  expect_factor(schedule, 4, 1);
  expect_factor(schedule, 6, (1 + std::sqrt(0.5)) / 2);
  expect_factor(schedule, 8, 0.5);
  expect_factor(schedule, 10, (1 - std::sqrt(0.5)) / 2);
  expect_factor(schedule, 12, 0);
}

TEST(CosineWithWarmup, StaysAtItsFloor) {
  const CosineWithWarmupSchedule schedule{.warmup_steps = 0, .total_steps = 8, .floor = 0.25};
  expect_factor(schedule, 0, 1);
  expect_factor(schedule, 4, 0.625);  // halfway between the floor and 1
  for (const std::int64_t step : {8, 9, 1000000}) expect_factor(schedule, step, 0.25);
}

TEST(CosineWithWarmup, ASingleStepHasTheWholeRate) {
  expect_factor({.warmup_steps = 0, .total_steps = 1}, 0, 1);
  expect_factor({.warmup_steps = 1, .total_steps = 2}, 0, 1);
  expect_factor({.warmup_steps = 1, .total_steps = 2}, 1, 1);
}

TEST(CosineWithWarmup, StaysBetweenTheFloorAndOneAndNeverRisesAgain) {
  EXPECT_TRUE(rc::check([] {
    const auto warmup = *rc::gen::inRange<std::int64_t>(0, 50);
    const CosineWithWarmupSchedule schedule{.warmup_steps = warmup,
                                            .total_steps = warmup + *rc::gen::inRange<std::int64_t>(1, 50),
                                            .floor = *rc::gen::inRange(0, 100) / 100.0};
    double last = 0;
    for (std::int64_t step = 0; step < 120; ++step) {
      const double factor = manual::factor_of(schedule, step);
      RC_ASSERT((factor <= 1 && factor > 0) || schedule.floor == 0);
      if (step < warmup)
        RC_ASSERT(factor > last);
      else
        RC_ASSERT(factor >= schedule.floor);
      if (step > warmup) RC_ASSERT(factor <= last);
      last = factor;
    }
    RC_ASSERT(last == schedule.floor);
  }));
}

// y = w under the inner product with 1: the gradient is 1, so each step is as long as its rate.
TEST(CosineWithWarmup, StepsAreAsLongAsTheRate) {
  const NetworkSpec spec = scheduled({.warmup_steps = 2, .total_steps = 6, .floor = 0.5});
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{10}});
  const RandomCase data{{},
                        {{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                          Tensor("targets", {1, 1}, std::vector<double>{1})}}};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, parameters);
    double w = 10;
    for (std::int64_t step = 0; step < 8; ++step) {
      w -= network->learning_rate();
      train_on(*network, data, DType::float64, step + 1, step);
      EXPECT_NEAR(network->parameters().at("dense.weight").to_doubles()[0], w, 1e-14)
          << backend->name() << ", step " << step;
    }
    EXPECT_NEAR(
        w, 10 - (0.5 + 1 + 1 + (0.75 + std::sqrt(0.5) / 4) + 0.75 + (0.75 - std::sqrt(0.5) / 4) + 0.5 + 0.5),
        1e-14);
  }
}

// Twice the steps: two of them for each of before. A schedule that would be all warm-up keeps a step to fall
// in.
TEST(CosineWithWarmup, IsStretchedToAnotherNumberOfSteps) {
  const CosineWithWarmupSchedule schedule{.warmup_steps = 4, .total_steps = 10, .floor = 0.1};
  EXPECT_EQ(schedule.stretched(2), (CosineWithWarmupSchedule{8, 20, 0.1}));
  EXPECT_EQ(schedule.stretched(0.25), (CosineWithWarmupSchedule{1, 3, 0.1}));
  EXPECT_EQ(schedule.stretched(1), schedule);
  EXPECT_EQ((CosineWithWarmupSchedule{4, 5}).stretched(0.25), (CosineWithWarmupSchedule{1, 2}));
}

TEST(CosineWithWarmup, RefusesWhatIsNoSchedule) {
  const auto validated = [](CosineWithWarmupSchedule schedule) {
    return [=] { validate(scheduled(schedule)); };
  };
  EXPECT_THAT(validated({.warmup_steps = -1, .total_steps = 5}),
              throws<UsageError>("a warm-up of -1 steps of 5", "at least 0 and fewer than all"));
  EXPECT_THAT(validated({.warmup_steps = 5, .total_steps = 5}),
              throws<UsageError>("a warm-up of 5 steps of 5"));
  EXPECT_THAT(validated({.warmup_steps = 0, .total_steps = 0}),
              throws<UsageError>("a warm-up of 0 steps of 0"));
  EXPECT_THAT(validated({.total_steps = 5, .floor = -0.1}),
              throws<UsageError>("floor is -0.1", "at least 0"));
  EXPECT_THAT(validated({.total_steps = 5, .floor = 1}), throws<UsageError>("floor is 1", "below 1"));
  EXPECT_NO_THROW(validate(scheduled({.warmup_steps = 4, .total_steps = 5, .floor = 0.99})));
}

}  // namespace
}  // namespace twin
