#include "manual/optim/adamw.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "manual/optimizer.hpp"
#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

NetworkSpec dense(std::int64_t in, std::int64_t out, const AdamwSpec& optimizer) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{in, out}});
  spec.optimizer = optimizer;
  return spec;
}

// Weight 4 and bias 2 after steps on a gradient that is the same for both.
struct Moved {
  double weight, bias;
};
Moved moved(const Backend& backend, const AdamwSpec& optimizer, double gradient, std::int64_t steps) {
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{4}});
  parameters.add({"dense.bias", {1}, std::vector<double>{2}});
  const RandomCase data{{},
                        {{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                          Tensor("targets", {1, 1}, std::vector<double>{gradient})}}};
  const std::unique_ptr<Network> network = loaded(backend, dense(1, 1, optimizer), parameters);
  train_on(*network, data, DType::float64, steps);
  const NamedTensors after = network->parameters();
  return {after.at("dense.weight").to_doubles()[0], after.at("dense.bias").to_doubles()[0]};
}

// Without a gradient the decay is all there is: 4·(1 - ½·¼)³.
TEST(Adamw, WeightsDecayByThemselves) {
  const AdamwSpec optimizer{.lr = 0.5, .weight_decay = 0.25};
  for (const Backend* backend : backends()) {
    const Moved after = moved(*backend, optimizer, 0, 3);
    EXPECT_EQ(after.weight, 4 * 0.875 * 0.875 * 0.875) << backend->name();
    EXPECT_EQ(after.bias, 2) << backend->name();
  }
}

TEST(Adamw, BiasesDecayWithDecayAll) {
  const AdamwSpec optimizer{.lr = 0.5, .weight_decay = 0.25, .decay_all = true};
  for (const Backend* backend : backends()) {
    const Moved after = moved(*backend, optimizer, 0, 3);
    EXPECT_EQ(after.weight, 4 * 0.875 * 0.875 * 0.875) << backend->name();
    EXPECT_EQ(after.bias, 2 * 0.875 * 0.875 * 0.875) << backend->name();
  }
}

// The first step is lr·g/|g|, however large the weight: the decay is not divided by √v̂. Nor does the decay
// shorten the step: 4·(1 - ½·¼) - ½, not (4 - ½)·(1 - ½·¼).
TEST(Adamw, DecayComesFirstAndStaysOutOfTheMoments) {
  const AdamwSpec optimizer{.lr = 0.5, .eps = 0, .weight_decay = 0.25};
  for (const Backend* backend : backends())
    for (const double gradient : {8.0, 0.125}) {
      const Moved after = moved(*backend, optimizer, gradient, 1);
      EXPECT_NEAR(after.weight, 4 * 0.875 - 0.5, 1e-15) << backend->name();
      EXPECT_NEAR(after.bias, 2 - 0.5, 1e-15) << backend->name();
    }
}

TEST(Adamw, IsAdamWithoutADecay) {
  const AdamwSpec optimizer{.lr = 0.01, .weight_decay = 0};
  NetworkSpec spec = mlp({5, 7, 3}, CrossEntropyLossSpec{}, optimizer, UniformInitialiser{});
  const RandomCase data = random_case(spec, 19, 5, 1);
  const std::unique_ptr<Network> adamw = loaded(twins().manual, spec, data.parameters);
  spec.optimizer = AdamSpec{.lr = 0.01};
  const std::unique_ptr<Network> adam = loaded(twins().manual, spec, data.parameters);
  EXPECT_EQ(train_on(*adamw, data, DType::float64, 10), train_on(*adam, data, DType::float64, 10));
  EXPECT_EQ(largest_relative_gap(adamw->parameters(), adam->parameters()), 0);
}

TEST(Adamw, WeightsDecayAndNothingElse) {
  AdamwSpec optimizer;
  EXPECT_TRUE(optimizer.decays(ParameterRole::weight));
  EXPECT_FALSE(optimizer.decays(ParameterRole::bias));
  EXPECT_FALSE(optimizer.decays(ParameterRole::scale));
  optimizer.decay_all = true;
  for (const ParameterRole role : {ParameterRole::weight, ParameterRole::bias, ParameterRole::scale})
    EXPECT_TRUE(optimizer.decays(role));
}

TEST(AdamwTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return AdamwSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                     .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                     .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                     .eps = drawn_from(std::vector{1e-12, 1e-8, 1e-3, 1.0}),
                     .weight_decay = drawn_from(std::vector{0.0, 1e-2, 0.9}),
                     .amsgrad = drawn_bool(),
                     .decay_all = drawn_bool()};
  });
}

TEST(Adamw, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("adamw/defaults", AdamwSpec{});
  expect_steps_as_in_pytorch("adamw/decay_all",
                             AdamwSpec{.lr = 0.01, .weight_decay = 0.25, .decay_all = true});
  expect_steps_as_in_pytorch("adamw/amsgrad", AdamwSpec{.lr = 0.01, .beta2 = 0.5, .amsgrad = true});
}

TEST(AdamwTwin, StaysTogetherOverAThousandSteps) {
  const NetworkSpec spec = mlp({5, 7, 3}, CrossEntropyLossSpec{}, AdamwSpec{.lr = 0.003, .weight_decay = 0.1},
                               UniformInitialiser{});
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100, 1000});
}

// The rate of every group follows it, also of the group that does not decay.
TEST(AdamwTwin, ObeysASchedule) {
  NetworkSpec spec = dense(3, 2, {.lr = 0.1, .weight_decay = 0.5});
  spec.schedule = CosineWithWarmupSchedule{.warmup_steps = 2, .total_steps = 5, .floor = 0.1};
  expect_twins_agree(spec, random_case(spec, 5, 3, 1), {.steps = 6});
}

TEST(Adamw, RefusesHyperparametersThatAreNone) {
  const auto validated = [](AdamwSpec optimizer) { return [=] { validate(dense(1, 1, optimizer)); }; };
  EXPECT_THAT(validated({.lr = -1}), throws<UsageError>("lr is -1", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1}), throws<UsageError>("beta2 is 1", "below 1"));
  EXPECT_THAT(validated({.weight_decay = -0.1}), throws<UsageError>("weight_decay is -0.1"));
}

TEST(Adamw, MistakesAreNotTheRightRule) {
  const AdamwSpec optimizer{.lr = 0.1, .eps = 0.01, .weight_decay = 0.5};
  for (const ParameterRole role : {ParameterRole::weight, ParameterRole::bias}) {
    const UpdateValues values{.gradient = {{2}, {0.3, -2}},
                              .value = {{2}, {1, -0.5}},
                              .state = {{"exp_avg", {{2}, {0.1, 0.7}}}, {"exp_avg_sq", {{2}, {0.4, 0.2}}}},
                              .lr = 0.1,
                              .step = 3,
                              .role = role};
    manual::RowVector<double> w(2), g(2);
    w << 1, -0.5;
    g << 0.3, -2;
    const std::vector<manual::Parameter<double>> parameters{manual::parameter("w", {2}, role, w, g)};
    manual::Updater<manual::Adamw<double>> updater(optimizer, parameters);
    updater.state()[0] << 0.1, 0.7;
    updater.state()[1] << 0.4, 0.2;
    updater.step(0.1, 3);
    const std::vector<double> moved{1 - w(0), -0.5 - w(1)};
    const auto expect_none = [&](const Quantity& quantity, const auto& right) {
      for (const Prediction& p : optimizer.mistakes(quantity, values))
        EXPECT_GT(std::abs(p.values[0] - right[0]) + std::abs(p.values[1] - right[1]), 1e-6) << p.formula;
    };
    expect_none({Role::state, "exp_avg"}, updater.state()[0]);
    expect_none({Role::state, "exp_avg_sq"}, updater.state()[1]);
    expect_none({Role::parameter}, moved);
  }
}

}  // namespace
}  // namespace twin
