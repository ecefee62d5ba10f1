#include "manual/optim/adam.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "manual/optimizer.hpp"
#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

// y = w·x under the inner product with 1: the gradient of w is x, whatever w is.
NetworkSpec one_weight(const AdamSpec& optimizer) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{1, 1, false}});
  spec.optimizer = optimizer;
  return spec;
}

// The weight after each step, from w on, by gradients of these sizes.
std::vector<double> weights_after(const Backend& backend, const AdamSpec& optimizer, double w,
                                  const std::vector<double>& gradients, DType dtype = DType::float64) {
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{w}});
  const std::unique_ptr<Network> network = loaded(backend, one_weight(optimizer), parameters, dtype);
  std::vector<double> weights;
  for (const double gradient : gradients) {
    const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<double>{gradient}),
                           Tensor("targets", {1, 1}, std::vector<double>{1})};
    network->train_step(batch.as(dtype).view());
    weights.push_back(network->parameters().at("dense.weight").to_doubles().at(0));
  }
  return weights;
}

// m = 1, v = 1 after g = 2; m = -½, v = 7/4 after g = -2. Corrected: 2 and 4, -⅔ and 4.
TEST(Adam, FollowsItsFormula) {
  const AdamSpec optimizer{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.75, .eps = 2};
  for (const Backend* backend : backends()) {
    const std::vector<double> w = weights_after(*backend, optimizer, 1, {2, -2});
    EXPECT_EQ(w[0], 1 - 0.5 * 2 / (2 + 2)) << backend->name();
    EXPECT_NEAR(w[1], w[0] + 0.5 * (2.0 / 3) / (2 + 2), 1e-15) << backend->name();
  }
}

TEST(Adam, WeightDecayIsPartOfTheGradient) {
  const AdamSpec optimizer{.lr = 0.5, .beta1 = 0.5, .beta2 = 0.75, .eps = 2, .weight_decay = 0.25};
  for (const Backend* backend : backends())  // 1 + 0.25·4 = 2
    EXPECT_EQ(weights_after(*backend, optimizer, 4, {1})[0], 4 - 0.5 * 2 / (2 + 2)) << backend->name();
}

// Whatever the size of the gradient: m̂ = g and v̂ = g² as long as it stays the same.
TEST(Adam, StepsAreAsLongAsTheRateUnderAConstantGradient) {
  for (const Backend* backend : backends())
    for (const double gradient : {1e-5, 1.0, 1e5}) {
      const std::vector<double> w =
          weights_after(*backend, AdamSpec{.lr = 0.25, .eps = 0}, 1, std::vector(200, gradient));
      for (std::size_t s = 0; s < w.size(); ++s)
        EXPECT_NEAR(w[s], 1 - 0.25 * static_cast<double>(s + 1), 1e-12) << backend->name() << gradient;
    }
}

TEST(Adam, AGradientOfZeroMovesNothing) {
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after(*backend, AdamSpec{}, 3, {0, 0}), ElementsAre(3, 3)) << backend->name();
}

// (1 - β₂)·g² of g = 1 is 0.001 in float32 to the last bit, which 1 - float(0.999) is not.
TEST(Adam, WhatIsLeftOfBetaIsRoundedOnce) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        backend->build(one_weight(AdamSpec{}), DType::float32, Device::cpu);
    const OwnedBatch batch{Tensor("inputs", {1, 1}, std::vector<float>{1}),
                           Tensor("targets", {1, 1}, std::vector<float>{1})};
    network->train_step(batch.view());
    const NamedTensors state = network->optimizer_state();
    EXPECT_EQ(state.at("dense.weight.exp_avg_sq").data<float>()[0], static_cast<float>(1 - 0.999))
        << backend->name();
    EXPECT_EQ(state.at("dense.weight.exp_avg").data<float>()[0], static_cast<float>(1 - 0.9));
  }
}

TEST(AdamTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    return AdamSpec{.lr = drawn_from(std::vector{1e-4, 1e-2, 1.0}),
                    .beta1 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                    .beta2 = drawn_from(std::vector{0.0, 0.5, 0.9, 0.999}),
                    .eps = drawn_from(std::vector{1e-12, 1e-8, 1e-3, 1.0}),
                    .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0}),
                    .amsgrad = drawn_bool()};
  });
}

// Without memory v = g²: 16, then 1. The largest divides both steps.
TEST(Adam, AmsgradDividesByTheLargestSecondMoment) {
  const AdamSpec optimizer{.lr = 1, .beta1 = 0, .beta2 = 0, .eps = 0, .amsgrad = true};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 0, {4, 1, -8}), ElementsAre(-1, -1.25, -0.25))
        << backend->name();
}

TEST(Adam, KeepsTheLargestSecondMomentWithAmsgradAlone) {
  EXPECT_THAT(AdamSpec{}.state_names(), ElementsAre("exp_avg", "exp_avg_sq"));
  EXPECT_THAT((AdamSpec{.amsgrad = true}).state_names(),
              ElementsAre("exp_avg", "exp_avg_sq", "max_exp_avg_sq"));
  expect_state_continues(AdamSpec{.lr = 0.01, .beta2 = 0.5, .amsgrad = true});
}

TEST(Adam, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("adam/defaults", AdamSpec{});
  expect_steps_as_in_pytorch("adam/weight_decay", AdamSpec{.lr = 0.01, .weight_decay = 0.25});
  expect_steps_as_in_pytorch("adam/amsgrad", AdamSpec{.lr = 0.01, .beta2 = 0.5, .amsgrad = true});
}

TEST(AdamTwin, StaysTogetherOverAThousandSteps) {
  NetworkSpec spec = mlp({5, 7, 3}, CrossEntropyLossSpec{}, AdamSpec{.lr = 0.003}, UniformInitialiser{});
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100, 1000});
}

// What one network leaves, another takes up, its count of steps included: the same bits on the same side,
// whichever side left them.
TEST(Adam, StateContinuesInAnotherNetwork) {
  const NetworkSpec spec = mlp({2, 4, 1}, MseLossSpec{}, AdamSpec{.lr = 0.01}, UniformInitialiser{});
  const RandomCase data = random_case(spec, 7, 2, 1);
  for (const Backend* from : backends())
    for (const Backend* to : backends())
      for (const DType dtype : {DType::float64, DType::float32}) {
        const std::unique_ptr<Network> first = loaded(*from, spec, data.parameters, dtype);
        train_on(*first, data, dtype, 5);
        const std::unique_ptr<Network> second = loaded(*to, spec, first->parameters(), dtype);
        second->load_optimizer_state(first->optimizer_state());
        EXPECT_EQ(second->steps_done(), 5);
        EXPECT_EQ(largest_relative_gap(second->optimizer_state(), first->optimizer_state()), 0);

        const std::vector<double> expected = train_on(*first, data, dtype, 10, 5);
        const std::vector<double> actual = train_on(*second, data, dtype, 10, 5);
        const double u = from == to ? 0 : unit_roundoff(dtype);
        for (std::size_t s = 0; s < actual.size(); ++s)
          EXPECT_NEAR(actual[s], expected[s], 64 * u * expected[s]) << from->name() << " to " << to->name();
        EXPECT_LE(largest_relative_gap(second->parameters(), first->parameters()), 64 * u);
      }
}

TEST(Adam, RefusesAStateWithoutItsCountOfSteps) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        backend->build(one_weight(AdamSpec{}), DType::float64, Device::cpu);
    NamedTensors state;
    for (const char* name : {"dense.weight.exp_avg", "dense.weight.exp_avg_sq"})
      state.add(Tensor::zeros(name, {1, 1}, DType::float64));
    EXPECT_THROW_MESSAGE(network->load_optimizer_state(state), ShapeError, "step");
    state.add(step_count(3, DType::float64));
    network->load_optimizer_state(state);
    EXPECT_EQ(network->steps_done(), 3) << backend->name();
  }
}

TEST(Adam, RefusesHyperparametersThatAreNone) {
  const auto validated = [](AdamSpec optimizer) { return [=] { validate(one_weight(optimizer)); }; };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.beta1 = 1}), throws<UsageError>("beta1 is 1", "below 1"));
  EXPECT_THAT(validated({.beta2 = 1.5}), throws<UsageError>("beta2 is 1.5", "below 1"));
  EXPECT_THAT(validated({.eps = -1}), throws<UsageError>("eps is -1"));
  EXPECT_THAT(validated({.weight_decay = -0.1}), throws<UsageError>("weight_decay is -0.1"));
  EXPECT_NO_THROW(validate(one_weight({.beta1 = 0, .beta2 = 0, .eps = 0})));
}

TEST(Adam, MistakesAreNotTheRightRule) {
  const UpdateValues values{.gradient = {{2}, {0.3, -2}},
                            .value = {{2}, {1, -0.5}},
                            .state = {{"exp_avg", {{2}, {0.1, 0.7}}}, {"exp_avg_sq", {{2}, {0.4, 0.2}}}},
                            .lr = 0.1,
                            .step = 3};
  const AdamSpec optimizer{.lr = 0.1, .eps = 0.01, .weight_decay = 0.5};
  manual::RowVector<double> w(2), g(2);
  w << 1, -0.5;
  g << 0.3, -2;
  const std::vector<manual::Parameter<double>> parameters{
      manual::parameter("w", {2}, ParameterRole::weight, w, g)};
  manual::Updater<manual::Adam<double>> updater(optimizer, parameters);
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

}  // namespace
}  // namespace twin
