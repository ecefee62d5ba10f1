#include "manual/layers/variational_bottleneck.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

constexpr const char* kBottleneck = "bottleneck";

NetworkSpec bottleneck_alone(VariationalBottleneckSpec bottleneck, Shape sample, Seed mask_seed = 1) {
  NetworkSpec spec = layer_alone({kBottleneck, std::move(bottleneck)});
  spec.input = std::move(sample);
  spec.mask_seed = mask_seed;
  return spec;
}

// A code of one number, which the decoder takes times 3, plus ½.
NetworkSpec one_number(Seed mask_seed = 1) {
  return bottleneck_alone({1, {{"dense", DenseSpec{1, 1}}}}, {2}, mask_seed);
}
NamedTensors three_times_plus_half() {
  NamedTensors parameters;
  parameters.add({"bottleneck.dense.weight", {1, 1}, std::vector<double>{3}});
  parameters.add({"bottleneck.dense.bias", {1}, std::vector<double>{0.5}});
  return parameters;
}

// Under the inner-product loss, the targets are the gradient by the outputs.
OwnedBatch one_row(double mean, double log_variance, const std::vector<double>& d_y) {
  return {Tensor("inputs", {1, 2}, std::vector<double>{mean, log_variance}), Tensor("targets", {1, 3}, d_y)};
}

double first_noise(std::int64_t step = 0) { return CodeNoise(kBottleneck, 1, step).at(0); }

TEST(VariationalBottleneck, DecodesTheMeanPlusTheDeviationTimesTheNoise) {
  const double log_variance = 2 * std::log(5);  // a deviation of 5
  for (const Backend* backend : backends()) {
    const auto output = [&](const std::vector<double>& which) {
      return loaded(*backend, one_number(), three_times_plus_half())
          ->loss(one_row(2, log_variance, which).view());
    };
    EXPECT_NEAR(output({1, 0, 0}), 3 * (2 + 5 * first_noise()) + 0.5, 1e-13) << backend->name();
    EXPECT_EQ(output({0, 1, 0}), 2) << backend->name();
    EXPECT_EQ(output({0, 0, 1}), log_variance) << backend->name();
  }
}

// d_z = 3; mean and log-variance also have the gradients 10 and 100 of their own.
TEST(VariationalBottleneck, GradientsAddUpOverBothWays) {
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, one_number(), three_times_plus_half())
                                    ->gradients(one_row(2, 2 * std::log(5), {1, 10, 100}).view());
    const std::vector<double> d_x = gradients.input->to_doubles();
    EXPECT_EQ(d_x[0], 3 + 10) << backend->name();
    EXPECT_NEAR(d_x[1], 3 * first_noise() * 5 / 2 + 100, 1e-13) << backend->name();
    EXPECT_NEAR(gradients.parameters.at("bottleneck.dense.weight").to_doubles()[0], 2 + 5 * first_noise(),
                1e-13)
        << backend->name();
  }
}

// With the noise of one step held fixed, the loss is a function of the log-variance.
TEST(VariationalBottleneck, GradientOfTheLogVarianceIsTheSlopeAtFixedNoise) {
  constexpr double kStep = 1e-5;
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, one_number(), three_times_plus_half());
    const auto loss = [&](double log_variance) {
      return network->loss(one_row(2, log_variance, {1, 0, 0}).view());
    };
    const double slope = (loss(0.7 + kStep) - loss(0.7 - kStep)) / (2 * kStep);
    EXPECT_NEAR(network->gradients(one_row(2, 0.7, {1, 0, 0}).view()).input->to_doubles()[1], slope, 1e-8)
        << backend->name();
    EXPECT_GT(std::abs(slope), 0.01);
  }
}

TEST(VariationalBottleneck, EvaluationDecodesTheMean) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, one_number(), three_times_plus_half());
    EXPECT_THAT(network->predict(one_row(2, 4, {0, 0, 0}).inputs.view()).to_doubles(), ElementsAre(6.5, 2, 4))
        << backend->name();
  }
}

TEST(VariationalBottleneck, EvaluationPassesNothingBackThroughTheNoise) {
  manual::VariationalBottleneck<double> layer({1, {smooth_layer("smooth")}}, {kBottleneck});
  const manual::Matrix<double> x{{0, 4}}, d_y{{1, 10, 100}};
  const manual::Activation<double> values(x, manual::Extents(1, 2)), gradient(d_y, manual::Extents(1, 3));
  const auto d_log_variance = [&](Mode mode) {
    const manual::Way<double> way{{.mode = mode}};
    layer.forward(values, way);
    return layer.backward(gradient, way).data()[1];
  };
  EXPECT_EQ(d_log_variance(Mode::evaluation), 100);
  EXPECT_NE(d_log_variance(Mode::training), 100);
}

// With a mean of 0 and a deviation of 1, the gradient by the log-variance is half the noise.
std::vector<double> noise_of(const Backend& backend, const NetworkSpec& spec, std::int64_t step) {
  constexpr std::int64_t kRows = 5;
  NamedTensors identity;
  for (const ParameterSpec& p : parameters_of(spec))
    identity.add({p.name, p.shape, std::vector<double>{p.role == ParameterRole::weight ? 1.0 : 0.0}});
  const std::unique_ptr<Network> network = loaded(backend, spec, identity);
  network->set_steps_done(step);
  std::vector<double> upstream;
  for (std::int64_t row = 0; row < kRows; ++row) upstream.insert(upstream.end(), {2, 0, 0});
  const OwnedBatch batch{Tensor("inputs", {kRows, 2}, std::vector<double>(2 * kRows, 0.0)),
                         Tensor("targets", {kRows, 3}, upstream)};
  const std::vector<double> d_x = network->gradients(batch.view()).input->to_doubles();
  std::vector<double> noise;
  for (std::size_t i = 1; i < d_x.size(); i += 2) noise.push_back(d_x[i]);
  return noise;
}

TEST(VariationalBottleneck, NoiseIsTheSameOnBothSidesAndEachTime) {
  for (const std::int64_t step : {0, 1, 1000}) {
    const CodeNoise noise(kBottleneck, 1, step);
    std::vector<double> expected;
    for (std::uint64_t i = 0; i < 5; ++i) expected.push_back(noise.at(i));
    for (const Backend* backend : backends())
      for (int time = 0; time < 2; ++time)
        EXPECT_EQ(noise_of(*backend, one_number(), step), expected) << backend->name();
  }
}

TEST(VariationalBottleneck, NoiseIsAnotherInEachStepAndLayerAndForEachSeed) {
  NetworkSpec named = one_number();
  named.layers[0].name = "another";
  const std::vector<double> noise = noise_of(twins().manual, one_number(), 0);
  EXPECT_NE(noise_of(twins().manual, one_number(), 1), noise);
  EXPECT_NE(noise_of(twins().manual, one_number(2), 0), noise);
  EXPECT_NE(noise_of(twins().manual, named, 0), noise);
}

TEST(VariationalBottleneck, TrainingStepsDrawAnewAndGradientsDoNot) {
  const NetworkSpec still = bottleneck_alone({3, {smooth_layer("smooth")}}, {6});
  const RandomCase data = random_case(still, 5, 6, 1, 1);
  const Batch batch = data.batches[0].view();
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, still, {});
    const double first = network->loss(batch);
    EXPECT_EQ(network->gradients(batch).loss, first) << backend->name();
    EXPECT_EQ(network->train_step(batch), first) << backend->name();
    EXPECT_NE(network->train_step(batch), first) << backend->name();
  }
}

// The numbers of a seed never change: networks that are trained again must be the same.
TEST(CodeNoise, IsTheSameForEver) {
  const CodeNoise noise("block.bottleneck", 7, 3);
  std::vector<float> drawn;
  for (std::uint64_t i = 0; i < 4; ++i) drawn.push_back(static_cast<float>(noise.at(i)));
  EXPECT_THAT(drawn, ElementsAre(-0.133594155F, 0.991474569F, 0.840667069F, -0.408598781F));
}

TEST(CodeNoise, IsExactInBothDtypes) {
  const CodeNoise noise(kBottleneck, 1, 0);
  for (std::uint64_t i = 0; i < 1000; ++i)
    ASSERT_EQ(static_cast<double>(static_cast<float>(noise.at(i))), noise.at(i));
}

TEST(CodeNoise, IsStandardNormal) {
  constexpr std::uint64_t kNumbers = 100000;
  const CodeNoise noise(kBottleneck, 1, 0);
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < kNumbers; ++i) {
    sum += noise.at(i);
    squares += noise.at(i) * noise.at(i);
  }
  // Five standard deviations: those of a square of the normal are √2.
  EXPECT_NEAR(sum / kNumbers, 0, 5 / std::sqrt(kNumbers));
  EXPECT_NEAR(squares / kNumbers, 1, 5 * std::sqrt(2.0 / kNumbers));
}

TEST(VariationalBottleneckTwin, AgreesAroundAnyDecoder) {
  expect_twins_agree_on_random([] {
    const std::int64_t latent = drawn(1, 4), outputs = drawn(1, 5), hidden = drawn(1, 5);
    std::vector<LayerSpec> decoder{{"up", DenseSpec{latent, hidden}}};
    if (drawn_bool()) decoder.push_back(smooth_layer("smooth"));
    decoder.push_back({"down", DenseSpec{hidden, outputs, drawn_bool()}});
    Shape input{drawn(1, 7), drawn(1, 3), 2 * latent};
    if (drawn_bool()) input.erase(input.begin() + 1);
    Example example = layer_example(
        "any", {{kBottleneck, VariationalBottleneckSpec{latent, std::move(decoder)}}}, std::move(input));
    example.spec.mask_seed = drawn_seed();
    return example;
  });
}

class VariationalBottleneckOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  static void build(const VariationalBottleneckSpec& bottleneck, Shape sample) {
    GetParam()->build(bottleneck_alone(bottleneck, std::move(sample)), DType::float64, Device::cpu);
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, VariationalBottleneckOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(VariationalBottleneckOnEachSide, RefusesWhatMakesNoSense) {
  EXPECT_THROW_MESSAGE(build({0, {smooth_layer("smooth")}}, {2}), LayerError, "bottleneck: latent is 0");
  EXPECT_THROW_MESSAGE(build({1, {}}, {2}), LayerError,
                       "bottleneck: expected a layer or more in the decoder, got none");
  EXPECT_THROW_MESSAGE(build({2, {smooth_layer("smooth")}}, {5}), LayerError,
                       "bottleneck: expected 4 features (2 means, 2 log-variances), got 1×5");
}

TEST_P(VariationalBottleneckOnEachSide, RefusesADecoderThatChangesTheLeadingExtents) {
  EXPECT_THROW_MESSAGE(
      build({2, {{"flatten", FlattenSpec{}}}}, {3, 4}), LayerError,
      "bottleneck: expected 1×3×6 from the decoder, with the leading extents of its input, got "
      "1×6");
}

TEST_P(VariationalBottleneckOnEachSide, NamesTheChildThatRefuses) {
  EXPECT_THROW_MESSAGE(build({2, {{"dense", DenseSpec{3, 5}}}}, {4}), LayerError,
                       "bottleneck.dense: expected 3 features, got 1×2");
}

TEST(VariationalBottleneck, NamesTheShapeItExpected) {
  manual::VariationalBottleneck<double> layer({1, {smooth_layer("smooth")}}, {kBottleneck});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 3);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(2, 3)}, {}), ShapeError,
                       "expected 2 columns, got 3");
  layer.forward({x, manual::Extents(3, 2)}, {});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(2, 3)}, {}), ShapeError, "expected 3×3, got 2×3");
}

}  // namespace
}  // namespace twin
