#include "manual/layers/instance_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec instance_norm_alone(InstanceNormSpec kind, Shape sample) {
  NetworkSpec spec = layer_alone({"norm", kind});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors instance_norm_parameters(std::vector<double> weight, std::vector<double> bias) {
  const auto size = static_cast<std::int64_t>(weight.size());
  NamedTensors parameters;
  parameters.add({"norm.weight", {size}, std::move(weight)});
  parameters.add({"norm.bias", {size}, std::move(bias)});
  return parameters;
}

// One sample of two channels at four places, of the means 4 and 2 and the variances 5 and 4.
const std::vector<double> kInstanceNormSample{1, 3, 5, 7, 0, 0, 4, 4};

TEST(InstanceNorm, NormalisesEachChannelOfEachSample) {
  const double root = std::sqrt(5);
  const double expected[] = {9 - 3 / root, 9 - 1 / root, 9 + 1 / root, 9 + 3 / root, -3, -3, 3, 3};
  for (const Backend* backend : backends())
    // A second sample changes nothing in the first.
    for (const std::int64_t samples : {1, 2}) {
      std::vector<double> x = kInstanceNormSample;
      if (samples == 2) x.insert(x.end(), {100, 0, 0, 0, 1, 2, 3, 4});
      const std::vector<double> y = loaded(*backend, instance_norm_alone({2, 0, true}, {2, 4}),
                                           instance_norm_parameters({1, 3}, {9, 0}))
                                        ->predict(Tensor("inputs", {samples, 2, 4}, x).view())
                                        .to_doubles();
      for (std::size_t i = 0; i < 8; ++i)
        EXPECT_NEAR(y[i], expected[i], 1e-14) << backend->name() << ' ' << i;
    }
}

// Of the second channel, of x̂ = (-1, -1, 1, 1), γ = 4 and r = ½: mean(d_y) = ¼, mean(d_y·x̂) = -¼.
TEST(InstanceNorm, GradientsFollowTheirFormulas) {
  const OwnedBatch batch{Tensor("inputs", {1, 2, 4}, kInstanceNormSample),
                         Tensor("targets", {1, 2, 4}, std::vector<double>{0, 0, 0, 4, 1, 0, 0, 0})};
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, instance_norm_alone({2, 0, true}, {2, 4}), instance_norm_parameters({0, 4}, {0, 0}))
            ->gradients(batch.view());
    const std::vector<double> d_x = gradients.input->to_doubles();
    const double expected[] = {0, 0, 0, 0, 1, -1, 0, 0};
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(d_x[i], expected[i], 1e-14) << backend->name() << ' ' << i;
    const std::vector<double> d_weight = gradients.parameters.at("norm.weight").to_doubles();
    EXPECT_NEAR(d_weight[0], 12 / std::sqrt(5), 1e-14) << backend->name();
    EXPECT_NEAR(d_weight[1], -1, 1e-14) << backend->name();
    EXPECT_THAT(gradients.parameters.at("norm.bias").to_doubles(), ElementsAre(4, 1)) << backend->name();
  }
}

TEST(InstanceNorm, KeepsNoRunningStatisticsUnlessAsked) {
  const NetworkSpec spec = instance_norm_alone({2, 1e-5, true}, {2, 5});
  const RandomCase data = example_case(layer_example("random", spec.layers, {3, 2, 5}), 1, 1);
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, data.parameters);
    EXPECT_EQ(network->buffers().size(), 0u) << backend->name();
    const std::vector<double> y = network->predict(data.batches[0].inputs.view()).to_doubles();
    const Trace trace = network->trace_step(data.batches[0].view());
    EXPECT_EQ(find(trace, Role::output, "norm")->value.to_doubles(), y) << backend->name();
  }
}

constexpr InstanceNormSpec kTrackingInstanceNorm{
    .num_features = 2, .eps = 0, .affine = true, .track_running_stats = true, .momentum = 0.25};

// Beside the sample above, one of the means 1 and 0 and the variances 3 and 4: the running values move
// towards the means of both, the variances with P - 1.
TEST(InstanceNorm, TrainingMovesTheRunningStatistics) {
  std::vector<double> x = kInstanceNormSample;
  x.insert(x.end(), {4, 0, 0, 0, 2, 2, -2, -2});
  const OwnedBatch batch{Tensor("inputs", {2, 2, 4}, x), Tensor::zeros("targets", {2, 2, 4}, DType::float64)};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        loaded(*backend, instance_norm_alone(kTrackingInstanceNorm, {2, 4}),
               instance_norm_parameters({1, 1}, {0, 0}));
    network->loss(batch.view());
    network->gradients(batch.view());
    network->predict(batch.inputs.view());
    EXPECT_THAT(network->buffers().at("norm.running_mean").to_doubles(), ElementsAre(0, 0))
        << backend->name();
    EXPECT_THAT(network->buffers().at("norm.running_var").to_doubles(), ElementsAre(1, 1)) << backend->name();

    network->train_step(batch.view());
    EXPECT_THAT(network->buffers().at("norm.running_mean").to_doubles(), ElementsAre(0.625, 0.25))
        << backend->name();
    const std::vector<double> variance = network->buffers().at("norm.running_var").to_doubles();
    EXPECT_NEAR(variance[0], 0.75 + 0.25 * 4 * 4.0 / 3, 1e-15) << backend->name();
    EXPECT_NEAR(variance[1], 0.75 + 0.25 * 4 * 4.0 / 3, 1e-15) << backend->name();
  }
}

TEST(InstanceNorm, EvaluationTakesTheRunningStatisticsItTracks) {
  NamedTensors buffers;
  buffers.add({"norm.running_mean", {2}, std::vector<double>{3, 0.1}});
  buffers.add({"norm.running_var", {2}, std::vector<double>{4, 0.3}});
  const Tensor x("inputs", {3, 2, 2}, std::vector<double>(12, 5));
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        loaded(*backend, instance_norm_alone(kTrackingInstanceNorm, {2, 2}),
               instance_norm_parameters({6, 0}, {1, 2}));
    network->load_buffers(buffers);
    EXPECT_THAT(network->predict(x.view()).to_doubles(), ElementsAre(7, 7, 2, 2, 7, 7, 2, 2, 7, 7, 2, 2))
        << backend->name();
    for (const Tensor& buffer : buffers)
      EXPECT_EQ(network->buffers().at(buffer.name()).to_doubles(), buffer.to_doubles()) << backend->name();
  }
}

// Constants move nothing: without the terms of mean and variance, d_x is linear in d_y.
TEST(InstanceNorm, EvaluationSendsBackTheScaleAloneWhereItTracks) {
  manual::InstanceNorm<double> layer(kTrackingInstanceNorm);
  layer.weight << 6, -1;
  layer.running.var << 4, 0.25;
  const manual::Matrix<double> x = manual::Matrix<double>::Random(4, 3),
                               d_y = manual::Matrix<double>::Random(4, 3);
  const manual::Extents extents(2, 2, 3);
  layer.forward({x, extents}, {.mode = Mode::evaluation});
  const manual::Activation<double> d_x = layer.backward({d_y, extents});
  for (manual::Index k = 0; k < 4; ++k)
    for (manual::Index p = 0; p < 3; ++p)
      EXPECT_DOUBLE_EQ(d_x.data()[3 * k + p], (k % 2 == 0 ? 3 : -2) * d_y(k, p));
}

// Unlike most normalisations it has no weight and no bias by default.
TEST(InstanceNorm, IsNotAffineByDefault) {
  EXPECT_TRUE(InstanceNormSpec{.num_features = 3}.parameters().empty());
  EXPECT_EQ((InstanceNormSpec{.num_features = 3, .affine = true}.parameters().size()), 2u);
}

TEST(InstanceNorm, GradientsAddUpUntilZeroGrad) {
  manual::InstanceNorm<double> layer({.num_features = 2, .affine = true});
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 10),
                               d_y = manual::Matrix<double>::Random(3, 10);
  const manual::Extents extents(3, 2, 5);
  layer.forward({x, extents}, {});
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, extents});
      },
      [&] {
        return std::vector<manual::Matrix<double>>{layer.d_weight, layer.d_bias};
      });
}

TEST(InstanceNormTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    const InstanceNormSpec spec{drawn(1, 5), drawn_from(std::vector{1e-5, 1e-3, 1.0}), drawn_bool(),
                                drawn_bool(), static_cast<double>(drawn(0, 10)) / 10};
    // With two values in a channel, d_x would be 0 but for the effect of eps.
    Shape input{drawn(1, 4), spec.num_features, drawn(3, 7)};
    if (drawn_bool()) input.push_back(drawn(1, 4));
    return layer_example("random", {{"norm", spec}}, std::move(input));
  });
}

TEST(InstanceNormTwin, StaysTogetherInTraining) {
  NetworkSpec spec{
      {{"hidden", DenseSpec{5, 7}},
       {"norm", InstanceNormSpec{.num_features = 3, .affine = true, .track_running_stats = true}},
       {"sigmoid", SigmoidSpec{}},
       {"output", DenseSpec{7, 3}}},
      MseLossSpec{},
      SgdSpec{.lr = 0.03, .momentum = 0.9},
      UniformInitialiser{}};
  spec.input = {3, 5};
  const Example example{"training", spec, {4, 3, 5}};
  expect_twins_stay_together(spec, example_case(example, 1), DType::float64, {10, 100});
}

TEST(InstanceNorm, RefusesWhatDoesNotFit) {
  const auto shape = [](InstanceNormSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"norm", kind}}, std::move(x));
  };
  EXPECT_EQ(shape({3}, {5, 3, 7}), (Shape{5, 3, 7}));
  EXPECT_EQ(shape({3}, {5, 3, 1, 2}), (Shape{5, 3, 1, 2}));
  EXPECT_THROW_MESSAGE(shape({3}, {5, 2, 7}), LayerError, "norm: expected N×3×…, got 5×2×7");
  EXPECT_THROW_MESSAGE(shape({3}, {5, 3}), LayerError, "norm: expected N×3×…, got 5×3");
  EXPECT_THROW_MESSAGE(shape({3}, {5, 3, 1, 1}), LayerError,
                       "norm: expected several values of each channel of a sample, got 5×3×1×1");
  const auto refused = [](const InstanceNormSpec& spec) { validate(layer_alone({"norm", spec})); };
  EXPECT_THROW_MESSAGE(refused({0}), LayerError, "norm: num_features is 0");
  EXPECT_THROW_MESSAGE(refused({1, -1}), LayerError, "norm: eps is -1, expected at least 0");
  EXPECT_THROW_MESSAGE(refused({.num_features = 1, .momentum = 1.5}), LayerError, "norm: momentum is 1.5");
  manual::InstanceNorm<double> layer({.num_features = 2});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 6);
  EXPECT_THROW(layer.backward({x, manual::Extents(2, 2, 3)}), std::logic_error);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(2, 3, 2)}, {}), LayerError, "expected N×2×…",
                       "got 2×3×2");
  layer.forward({x, manual::Extents(2, 2, 3)}, {});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(3, 2, 2)}), ShapeError, "expected 2×6, got 3×4");
}

}  // namespace
}  // namespace twin
