#include "manual/optim/sgd.hpp"

#include <gmock/gmock.h>

#include "manual/optimizer.hpp"
#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/optimisers.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/reference.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;

NetworkSpec dense(std::int64_t in, std::int64_t out, SgdSpec optimizer) {
  NetworkSpec spec = layer_alone({"dense", DenseSpec{in, out}});
  spec.optimizer = optimizer;
  return spec;
}

NetworkSpec xor_shaped(double momentum) {
  return mlp({2, 4, 1}, MseLossSpec{}, SgdSpec{.lr = 0.5, .momentum = momentum}, UniformInitialiser{});
}

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors) names.push_back(tensor.name());
  return names;
}

double value_of(const NamedTensors& tensors, const char* name) { return tensors.at(name).to_doubles().at(0); }

TEST(SgdTwin, UpdatesMatchForManyHyperparameters) {
  expect_updates_agree_on_random([] {
    SgdSpec optimizer{.lr = drawn_from(std::vector{1e-3, 0.1, 1.0, 10.0}),
                      .momentum = drawn_from(std::vector{0.0, 0.5, 0.9, 1.0}),
                      .weight_decay = drawn_from(std::vector{0.0, 1e-2, 1.0})};
    if (optimizer.momentum != 0 && drawn_bool())
      optimizer.nesterov = true;
    else
      optimizer.dampening = drawn_from(std::vector{0.0, 0.5, 0.9, 1.0});
    return optimizer;
  });
}

TEST(SgdTwin, StaysTogether) {
  expect_twins_stay_together_with(
      SgdSpec{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true});
  expect_twins_stay_together_with(SgdSpec{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
}

TEST(Sgd, StepsAreThoseOfPyTorch) {
  expect_steps_as_in_pytorch("sgd/plain", SgdSpec{.lr = 0.1});
  expect_steps_as_in_pytorch("sgd/weight_decay", SgdSpec{.lr = 0.1, .weight_decay = 0.25});
  expect_steps_as_in_pytorch("sgd/momentum", SgdSpec{.lr = 0.1, .momentum = 0.9});
  expect_steps_as_in_pytorch("sgd/dampening", SgdSpec{.lr = 0.1, .momentum = 0.9, .dampening = 0.25});
  expect_steps_as_in_pytorch("sgd/dampening_weight_decay",
                             SgdSpec{.lr = 0.1, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.25});
  expect_steps_as_in_pytorch("sgd/nesterov", SgdSpec{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  expect_steps_as_in_pytorch("sgd/nesterov_weight_decay",
                             SgdSpec{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.25, .nesterov = true});
}

// v = 4, then 2 + 4 = 6; the step is 4 + 2, then 4 + 3.
TEST(Sgd, NesterovLooksAheadByOneVelocity) {
  const SgdSpec optimizer{.lr = 0.5, .momentum = 0.5, .nesterov = true};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 10, {4, 4}), ElementsAre(7, 3.5)) << backend->name();
}

// v = 4 in the first step; then 2 + ¼·4 = 3.
TEST(Sgd, TheFirstVelocityIsNotDampened) {
  const SgdSpec optimizer{.lr = 0.5, .momentum = 0.5, .dampening = 0.75};
  for (const Backend* backend : backends())
    EXPECT_THAT(weights_after_steps(*backend, optimizer, 10, {4, 4}), ElementsAre(8, 6.5)) << backend->name();
}

// The decay of the first step lives on in the velocity: v = 1 + 2, then ½·3 + 1 + ¼·6.5.
TEST(Sgd, WeightDecayIsPartOfTheGradient) {
  for (const Backend* backend : backends()) {
    EXPECT_THAT(weights_after_steps(*backend, SgdSpec{.lr = 0.5, .weight_decay = 0.25}, 8, {1, 1}),
                ElementsAre(6.5, 6.5 - 0.5 * 2.625))
        << backend->name();
    EXPECT_THAT(
        weights_after_steps(*backend, SgdSpec{.lr = 0.5, .momentum = 0.5, .weight_decay = 0.25}, 8, {1, 1}),
        ElementsAre(6.5, 6.5 - 0.5 * 4.125))
        << backend->name();
  }
}

// A dampened velocity counts its steps, and another network goes on behind the first of them.
TEST(Sgd, DampenedStateContinuesInAnotherNetwork) {
  EXPECT_TRUE((SgdSpec{.momentum = 0.9, .dampening = 0.5}).counts_steps());
  EXPECT_FALSE((SgdSpec{.momentum = 0.9}).counts_steps());
  EXPECT_FALSE((SgdSpec{.dampening = 0.5}).counts_steps());
  expect_state_continues(SgdSpec{.lr = 0.1, .momentum = 0.9, .dampening = 0.5});
}

TEST(Sgd, RefusesHyperparametersThatAreNone) {
  const auto validated = [](SgdSpec optimizer) {
    return [=] { validate(network_of_one_weight(optimizer)); };
  };
  EXPECT_THAT(validated({.lr = 0}), throws<UsageError>("lr is 0", "above 0"));
  EXPECT_THAT(validated({.momentum = -1}), throws<UsageError>("momentum is -1", "at least 0"));
  EXPECT_THAT(validated({.dampening = -1}), throws<UsageError>("dampening is -1"));
  EXPECT_THAT(validated({.weight_decay = -1}), throws<UsageError>("weight_decay is -1"));
  EXPECT_THAT(validated({.nesterov = true}),
              throws<UsageError>("a momentum of 0 and a dampening of 0", "a momentum above 0"));
  EXPECT_THAT(validated({.momentum = 0.9, .dampening = 0.5, .nesterov = true}),
              throws<UsageError>("a momentum of 0.9 and a dampening of 0.5", "no dampening"));
}

// With outputs w·1 + b and targets 4, the gradient of either is 4 whatever the weights. v = 4, 6, 7: every
// number is exact in both dtypes.
TEST(Sgd, MomentumFollowsItsFormula) {
  const NetworkSpec spec = dense(1, 1, {.lr = 0.5, .momentum = 0.5});
  const RandomCase data{{},
                        {{Tensor("inputs", {1, 1}, std::vector<double>{1}),
                          Tensor("targets", {1, 1}, std::vector<double>{4})}}};
  NamedTensors parameters;
  parameters.add({"dense.weight", {1, 1}, std::vector<double>{10}});
  parameters.add({"dense.bias", {1}, std::vector<double>{-1}});
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32}) {
      const std::unique_ptr<Network> network = loaded(*backend, spec, parameters, dtype);
      const double velocities[] = {4, 6, 7};
      double moved = 0;
      for (std::int64_t s = 0; s < 3; ++s) {
        EXPECT_EQ(train_on(*network, data, dtype, s + 1, s)[0], 4 * (9 - 2 * moved));
        moved += 0.5 * velocities[s];
        EXPECT_EQ(value_of(network->parameters(), "dense.weight"), 10 - moved) << backend->name();
        EXPECT_EQ(value_of(network->parameters(), "dense.bias"), -1 - moved) << backend->name();
        EXPECT_EQ(value_of(network->optimizer_state(), "dense.weight.momentum_buffer"), velocities[s]);
      }
    }
}

TEST(Sgd, KeepsAVelocityForEachParameterOnlyWithMomentum) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> plain = backend->build(xor_shaped(0), DType::float64, Device::cpu);
    EXPECT_EQ(plain->optimizer_state().size(), 0U) << backend->name();
    plain->load_optimizer_state({});

    const std::unique_ptr<Network> network = backend->build(xor_shaped(0.9), DType::float32, Device::cpu);
    const NamedTensors state = network->optimizer_state();
    EXPECT_THAT(names_of(state), ElementsAre("hidden.weight.momentum_buffer", "hidden.bias.momentum_buffer",
                                             "output.weight.momentum_buffer", "output.bias.momentum_buffer"))
        << backend->name();
    for (const Tensor& velocity : state) {
      EXPECT_EQ(velocity.dtype(), DType::float32);
      EXPECT_THAT(velocity.to_doubles(), Each(0)) << "before the first step, " << backend->name();
    }
  }
}

// What one network leaves, another takes up: the same bits on the same side, whichever side left them.
TEST(Sgd, StateContinuesInAnotherNetwork) {
  const NetworkSpec spec = xor_shaped(0.9);
  const RandomCase data = random_case(spec, 7, 2, 1);
  for (const Backend* from : backends())
    for (const Backend* to : backends())
      for (const DType dtype : {DType::float64, DType::float32}) {
        const std::unique_ptr<Network> first = loaded(*from, spec, data.parameters, dtype);
        train_on(*first, data, dtype, 5);
        const std::unique_ptr<Network> second = loaded(*to, spec, first->parameters(), dtype);
        second->load_optimizer_state(first->optimizer_state());
        EXPECT_EQ(largest_relative_gap(second->optimizer_state(), first->optimizer_state()), 0);
        EXPECT_GT(difference(first->optimizer_state().at("hidden.weight.momentum_buffer"),
                             first->optimizer_state().at("hidden.weight.momentum_buffer"))
                      .scale,
                  0)
            << "vacuous";

        const std::vector<double> expected = train_on(*first, data, dtype, 10, 5);
        const std::vector<double> actual = train_on(*second, data, dtype, 10, 5);
        const double u = from == to ? 0 : unit_roundoff(dtype);
        for (std::size_t s = 0; s < actual.size(); ++s)
          EXPECT_NEAR(actual[s], expected[s], 64 * u * expected[s]) << from->name() << " to " << to->name();
        EXPECT_LE(largest_relative_gap(second->parameters(), first->parameters()), 64 * u);
      }
}

TEST(Sgd, RefusesAStateThatDoesNotFitAndKeepsItsOwn) {
  const NetworkSpec spec = xor_shaped(0.9);
  const RandomCase data = random_case(spec, 7, 2, 1);
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, data.parameters);
    train_on(*network, data, DType::float64, 2);
    const NamedTensors before = network->optimizer_state();
    // All but the last tensor fit: nothing may be taken before all have been looked at.
    const auto with_last = [&](const Tensor& last) {
      NamedTensors state;
      for (const Tensor& velocity : before)
        if (velocity.name() != "output.bias.momentum_buffer")
          state.add(Tensor::zeros(velocity.name(), velocity.shape(), velocity.dtype()));
      state.add(last);
      return state;
    };
    const char* last = "output.bias.momentum_buffer";
    EXPECT_THROW_MESSAGE(network->load_optimizer_state({}), ShapeError, "hidden.weight.momentum_buffer");
    EXPECT_THROW_MESSAGE(
        network->load_optimizer_state(with_last(Tensor::zeros("other", {1}, DType::float64))), ShapeError,
        last);
    EXPECT_THROW_MESSAGE(network->load_optimizer_state(with_last(Tensor::zeros(last, {2}, DType::float64))),
                         ShapeError, last, "expected 1, got 2");
    EXPECT_THROW_MESSAGE(network->load_optimizer_state(with_last(Tensor::zeros(last, {1}, DType::float32))),
                         ShapeError, last, "expected float64, got float32");
    EXPECT_EQ(largest_relative_gap(network->optimizer_state(), before), 0) << backend->name();
  }
}

TEST(Sgd, GradientsOfEarlierStepsAreNotAdded) {
  const NetworkSpec spec = xor_shaped(0);
  const RandomCase data = random_case(spec, 7, 2, 1);
  const Batch batch = data.batches[0].view();
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> fresh = loaded(*backend, spec, data.parameters);
    const std::unique_ptr<Network> used = loaded(*backend, spec, data.parameters);
    train_on(*used, data, DType::float64, 3);
    used->trace_step(batch);
    used->load_parameters(data.parameters);
    const Gradients first = used->gradients(batch);
    EXPECT_EQ(largest_relative_gap(used->gradients(batch).parameters, first.parameters), 0);
    EXPECT_EQ(largest_relative_gap(first.parameters, fresh->gradients(batch).parameters), 0);
    used->train_step(batch);
    fresh->train_step(batch);
    EXPECT_EQ(largest_relative_gap(used->parameters(), fresh->parameters()), 0) << backend->name();
  }
}

TEST(Sgd, MovesEveryParameterAgainstItsGradient) {
  manual::RowVector<float> weight(2), d_weight(2), bias(1), d_bias(1);
  weight << 1, 2;
  d_weight << 4, -8;
  bias << 3;
  d_bias << 0;
  const std::vector<manual::Parameter<float>> parameters{
      manual::parameter("w", {2}, ParameterRole::weight, weight, d_weight),
      manual::parameter("b", {1}, ParameterRole::bias, bias, d_bias)};
  manual::Updater<manual::Sgd<float>> optimizer(SgdSpec{}, parameters);
  optimizer.step(0.25, 1);
  EXPECT_THAT(std::vector<float>(weight.begin(), weight.end()), ElementsAre(0, 4));
  EXPECT_EQ(bias(0), 3);
  EXPECT_TRUE(optimizer.state().empty());
}

}  // namespace
}  // namespace twin
