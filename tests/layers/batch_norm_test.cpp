#include "manual/layers/batch_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec norm(std::int64_t channels, double eps = 1e-5, double momentum = 0.1) {
  return layer_alone({"norm", BatchNormSpec{channels, eps, momentum}});
}

NamedTensors weight_and_bias(std::vector<double> weight, std::vector<double> bias) {
  const auto size = static_cast<std::int64_t>(weight.size());
  NamedTensors parameters;
  parameters.add({"norm.weight", {size}, std::move(weight)});
  parameters.add({"norm.bias", {size}, std::move(bias)});
  return parameters;
}

OwnedBatch batch_of(const Shape& shape, const std::vector<double>& inputs,
                    const std::vector<double>& targets) {
  return {Tensor("inputs", shape, inputs), Tensor("targets", shape, targets)};
}

// Channels (1, 3, 5, 7) and (0, 0, 4, 4) have the means 4 and 2, the variances 5 and 4.
const std::vector<double> kInputs{1, 0, 3, 0, 5, 4, 7, 4};

TEST(BatchNorm, NormalisesEachChannelOverTheBatch) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        loaded(*backend, norm(2, 0), weight_and_bias({std::sqrt(5), 3}, {10, -1}));
    const Trace trace = network->trace_step(batch_of({4, 2}, kInputs, std::vector<double>(8, 1)).view());
    const std::vector<double> y = find(trace, Role::output, "norm")->value.to_doubles();
    const double expected[] = {7, -4, 9, -4, 11, 2, 13, 2};
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(y[i], expected[i], 1e-14) << backend->name();
  }
}

// Σ d_y·x̂ and Σ d_y of an upstream gradient that meets one value of each channel.
TEST(BatchNorm, GradientsFollowTheirFormulas) {
  const OwnedBatch batch = batch_of({4, 2}, kInputs, {0, 1, 0, 0, 0, 0, 4, 0});
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, norm(2, 0), weight_and_bias({5, 2}, {0, 0}))->gradients(batch.view());
    const std::vector<double> d_weight = gradients.parameters.at("norm.weight").to_doubles();
    EXPECT_NEAR(d_weight[0], 4 * 3 / std::sqrt(5), 1e-14) << backend->name();
    EXPECT_NEAR(d_weight[1], -1, 1e-14) << backend->name();
    EXPECT_THAT(gradients.parameters.at("norm.bias").to_doubles(), ElementsAre(4, 1)) << backend->name();
    // Channel 2: γ·r = 1, mean(d_y) = ¼, mean(d_y·x̂) = -¼, x̂ = ∓1.
    const std::vector<double> d_x = gradients.input->to_doubles();
    const double second[] = {0.5, -0.5, 0, 0};
    // Channel 1: γ·r = √5, mean(d_y) = 1, mean(d_y·x̂) = 3/√5, x̂ = (-3, -1, 1, 3)/√5.
    const double first[] = {-1 + 9.0 / 5, -1 + 3.0 / 5, -1 - 3.0 / 5, 3 - 9.0 / 5};
    for (std::size_t n = 0; n < 4; ++n) {
      EXPECT_NEAR(d_x[2 * n], std::sqrt(5) * first[n], 1e-14) << backend->name();
      EXPECT_NEAR(d_x[2 * n + 1], second[n], 1e-14) << backend->name();
    }
  }
}

// A picture's channel is normalised over the batch and all of its places.
TEST(BatchNorm, PlacesOfAPictureAreSamples) {
  const std::vector<double> channel_by_channel{1, 3, 5, 7, 0, 0, 4, 4};
  const auto y = [](const Backend& backend, const Shape& shape, const std::vector<double>& inputs) {
    const std::unique_ptr<Network> network = loaded(backend, norm(2), weight_and_bias({1, 3}, {2, -1}));
    const Trace trace = network->trace_step(batch_of(shape, inputs, std::vector<double>(8, 1)).view());
    return find(trace, Role::output, "norm")->value.to_doubles();
  };
  for (const Backend* backend : backends()) {
    const std::vector<double> rows = y(*backend, {4, 2}, kInputs);
    const std::vector<double> picture = y(*backend, {1, 2, 2, 2}, channel_by_channel);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t c = 0; c < 2; ++c)
        EXPECT_NEAR(picture[4 * c + i], rows[2 * i + c], 1e-14) << backend->name();
  }
}

// The running variance estimates that of the data: it has n - 1.
TEST(BatchNorm, TrainingMovesTheRunningStatistics) {
  const OwnedBatch batch = batch_of({4, 2}, kInputs, std::vector<double>(8, 1));
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        loaded(*backend, norm(2, 1e-5, 0.25), weight_and_bias({1, 1}, {0, 0}));
    EXPECT_THAT(network->buffers().at("norm.running_mean").to_doubles(), ElementsAre(0, 0));
    EXPECT_THAT(network->buffers().at("norm.running_var").to_doubles(), ElementsAre(1, 1));
    network->loss(batch.view());
    network->gradients(batch.view());
    network->predict(batch.inputs.view());
    EXPECT_THAT(network->buffers().at("norm.running_mean").to_doubles(), ElementsAre(0, 0))
        << backend->name();
    EXPECT_THAT(network->buffers().at("norm.running_var").to_doubles(), ElementsAre(1, 1)) << backend->name();

    network->train_step(batch.view());
    EXPECT_THAT(network->buffers().at("norm.running_mean").to_doubles(), ElementsAre(1, 0.5))
        << backend->name();
    const std::vector<double> variance = network->buffers().at("norm.running_var").to_doubles();
    EXPECT_NEAR(variance[0], 0.75 + 0.25 * 20.0 / 3, 1e-15) << backend->name();
    EXPECT_NEAR(variance[1], 0.75 + 0.25 * 16.0 / 3, 1e-15) << backend->name();
  }
}

TEST(BatchNorm, EvaluationTakesTheRunningStatistics) {
  NamedTensors buffers;
  buffers.add({"norm.running_mean", {1}, std::vector<double>{3}});
  buffers.add({"norm.running_var", {1}, std::vector<double>{4}});
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, norm(1, 0), weight_and_bias({6}, {1}));
    network->load_buffers(buffers);
    const Tensor x("inputs", {1, 1}, std::vector<double>{5});  // one sample is enough here
    EXPECT_THAT(network->predict(x.view()).to_doubles(), ElementsAre(7)) << backend->name();
  }
}

// Constants move nothing: without the terms of mean and variance, d_x is linear in d_y.
TEST(BatchNorm, EvaluationSendsBackTheScaleAlone) {
  manual::BatchNorm<double> layer(BatchNormSpec{2, 0}, {"norm"});
  layer.weight << 6, -1;
  layer.running.var << 4, 0.25;
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 2),
                               d_y = manual::Matrix<double>::Random(3, 2);
  layer.forward({x, manual::Extents(3, 2)}, {.mode = Mode::evaluation});
  const manual::Activation<double> d_x = layer.backward({d_y, manual::Extents(3, 2)});
  for (manual::Index n = 0; n < 3; ++n) {
    EXPECT_DOUBLE_EQ(d_x.as_matrix()(n, 0), 3 * d_y(n, 0));
    EXPECT_DOUBLE_EQ(d_x.as_matrix()(n, 1), -2 * d_y(n, 1));
  }
}

TEST(BatchNorm, GradientsAddUpUntilZeroGrad) {
  manual::BatchNorm<double> layer(BatchNormSpec{2}, {"norm"});
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(5, 2),
                               d_y = manual::Matrix<double>::Random(5, 2);
  const manual::Extents extents(5, 2);
  layer.forward({x, extents}, {});
  const manual::Matrix<double> d_x = layer.backward({d_y, extents}).as_matrix();
  const manual::RowVector<double> weight_once = layer.d_weight, bias_once = layer.d_bias;
  EXPECT_EQ(layer.backward({d_y, extents}).as_matrix(), d_x);
  EXPECT_EQ(layer.d_weight, 2 * weight_once);
  EXPECT_EQ(layer.d_bias, 2 * bias_once);
  layer.zero_grad();
  layer.backward_parameters({d_y, extents});
  EXPECT_EQ(layer.d_weight, weight_once);
  EXPECT_EQ(layer.d_bias, bias_once);
}

// What is left of the gradient beside a constant and x̂: a law that needs no other twin.
TEST(BatchNorm, InputGradientSumsToZeroOverEachChannel) {
  const RandomCase data = random_case(norm(3), 19, 3, 1, 1);
  for (const Backend* backend : backends()) {
    const std::vector<double> d_x =
        loaded(*backend, norm(3), data.parameters)->gradients(data.batches[0].view()).input->to_doubles();
    for (std::size_t c = 0; c < 3; ++c) {
      double sum = 0, size = 0;
      for (std::size_t n = 0; n < 19; ++n) {
        sum += d_x[3 * n + c];
        size += std::abs(d_x[3 * n + c]);
      }
      EXPECT_NEAR(sum, 0, 1e-14 * size) << backend->name();
      EXPECT_GT(size, 0) << "vacuous";
    }
  }
}

// Means far from 0, which the square of x would lose against.
TEST(BatchNorm, VarianceIsThatOfTheDistanceToTheMean) {
  const OwnedBatch batch = batch_of({4, 1}, {1e8 + 1, 1e8 + 3, 1e8 + 5, 1e8 + 7}, std::vector<double>(4, 1));
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, norm(1, 0, 1), weight_and_bias({1}, {0}));
    network->train_step(batch.view());
    EXPECT_NEAR(network->buffers().at("norm.running_var").to_doubles()[0], 20.0 / 3, 1e-7) << backend->name();
  }
}

TEST(BatchNormTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    const BatchNormSpec spec{drawn(1, 5), drawn_from(std::vector{1e-5, 1e-3, 1.0}),
                             static_cast<double>(drawn(0, 10)) / 10};
    // With two values in a channel, d_x would be 0 but for the effect of eps.
    Shape input{drawn(3, 9), spec.num_features};
    for (std::int64_t places = drawn(0, 2); places > 0; --places) input.push_back(drawn(1, 4));
    return layer_example("random", {{"norm", spec}}, std::move(input));
  });
}

TEST(BatchNormTwin, StaysTogetherInTraining) {
  const NetworkSpec spec{{{"hidden", DenseSpec{5, 7, false}},
                          {"norm", BatchNormSpec{7}},
                          {"sigmoid", SigmoidSpec{}},
                          {"output", DenseSpec{7, 3}}},
                         CrossEntropyLossSpec{},
                         SgdSpec{.lr = 0.03, .momentum = 0.9},
                         UniformInitialiser{}};
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100});
}

TEST(BatchNorm, RefusesOneValueOfAChannelInTraining) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, norm(2), weight_and_bias({1, 1}, {0, 0}));
    const OwnedBatch batch = batch_of({1, 2}, {1, 2}, {1, 1});
    EXPECT_THROW_MESSAGE(network->train_step(batch.view()), LayerError,
                         "norm: expected several values of each channel in training, got one");
    EXPECT_NO_THROW(network->predict(batch.inputs.view())) << backend->name();
    EXPECT_NO_THROW(network->train_step(batch_of({1, 2, 2}, {1, 2, 3, 5}, {1, 1, 1, 1}).view()));
  }
}

TEST(BatchNorm, RefusesWhatDoesNotFit) {
  EXPECT_THROW_MESSAGE(output_shape(norm(3).layers, {5, 4}), LayerError,
                       "norm: expected N×3 or N×3×…, got 5×4");
  EXPECT_THROW_MESSAGE(output_shape(norm(3).layers, {3}), LayerError, "got 3");
  EXPECT_EQ(output_shape(norm(3).layers, {5, 3, 7, 2}), (Shape{5, 3, 7, 2}));
  EXPECT_THROW_MESSAGE(validate(norm(0)), LayerError, "norm: num_features is 0");
  EXPECT_THROW_MESSAGE(validate(norm(1, -1)), LayerError, "norm: eps is -1, expected at least 0");
  EXPECT_THROW_MESSAGE(validate(norm(1, 1e-5, 1.5)), LayerError, "norm: momentum is 1.5");
  manual::BatchNorm<double> layer(BatchNormSpec{2}, {"norm"});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 3);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(2, 3)}, {}), LayerError,
                       "norm: expected 2 channels, got 2×3");
  EXPECT_THROW(layer.backward({x, manual::Extents(3, 2)}), std::logic_error);
  layer.forward({x, manual::Extents(3, 2)}, {});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 3)}), ShapeError, "expected 3×2, got 2×3");
}

}  // namespace
}  // namespace twin
