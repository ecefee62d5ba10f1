#include "manual/layers/group_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec group_norm_alone(GroupNormSpec kind, Shape sample) {
  NetworkSpec spec = layer_alone({"norm", kind});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors group_norm_parameters(std::vector<double> weight, std::vector<double> bias) {
  const auto size = static_cast<std::int64_t>(weight.size());
  NamedTensors parameters;
  parameters.add({"norm.weight", {size}, std::move(weight)});
  parameters.add({"norm.bias", {size}, std::move(bias)});
  return parameters;
}

// One sample of four channels at two places. Groups of two channels: (1, 3, 5, 7), of the mean 4 and the
// variance 5, and (0, 0, 4, 4), of the mean 2 and the variance 4.
const std::vector<double> kGroupNormSample{1, 3, 5, 7, 0, 0, 4, 4};

TEST(GroupNorm, NormalisesChannelsThatLieSideBySide) {
  const double root = std::sqrt(5);
  const double expected[] = {9 - 3 / root, 9 - 1 / root, 2 / root, 6 / root, -3, -3, 5, 5};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, group_norm_alone({2, 4, 0}, {4, 2}),
                                                    group_norm_parameters({1, 2, 3, 4}, {9, 0, 0, 1}));
    const std::vector<double> y =
        network->predict(Tensor("inputs", {1, 4, 2}, kGroupNormSample).view()).to_doubles();
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(y[i], expected[i], 1e-14) << backend->name() << ' ' << i;
  }
}

// Of the second group, of x̂ = (-1, -1, 1, 1) and r = ½, whose channels have γ = 2 and 1: g = (2, 0, 1, 0),
// mean(g) = ¾, mean(g·x̂) = -¼.
TEST(GroupNorm, GradientsFollowTheirFormulas) {
  const OwnedBatch batch{Tensor("inputs", {1, 4, 2}, kGroupNormSample),
                         Tensor("targets", {1, 4, 2}, std::vector<double>{0, 0, 0, 4, 1, 0, 1, 0})};
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, group_norm_alone({2, 4, 0}, {4, 2}),
                                       group_norm_parameters({0, 0, 2, 1}, {0, 0, 0, 0}))
                                    ->gradients(batch.view());
    const std::vector<double> d_x = gradients.input->to_doubles();
    const double expected[] = {0, 0, 0, 0, 0.5, -0.5, 0.25, -0.25};
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(d_x[i], expected[i], 1e-14) << backend->name() << ' ' << i;
    const std::vector<double> d_weight = gradients.parameters.at("norm.weight").to_doubles();
    const double expected_weight[] = {0, 12 / std::sqrt(5), -1, 1};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(d_weight[i], expected_weight[i], 1e-14);
    EXPECT_THAT(gradients.parameters.at("norm.bias").to_doubles(), ElementsAre(0, 4, 1, 1));
  }
}

// Samples have nothing to do with each other: each comes out as if it were alone.
TEST(GroupNorm, SamplesAreNormalisedByThemselves) {
  const NetworkSpec spec = group_norm_alone({2, 4}, {4, 5});
  const RandomCase data = example_case(layer_example("random", spec.layers, {3, 4, 5}), 1, 1);
  const std::vector<double> x = data.batches[0].inputs.to_doubles();
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, data.parameters);
    const std::vector<double> all = network->predict(data.batches[0].inputs.view()).to_doubles();
    const Tensor last("inputs", {1, 4, 5}, std::vector<double>(x.begin() + 40, x.end()));
    EXPECT_EQ(network->predict(last.view()).to_doubles(), (std::vector<double>(all.begin() + 40, all.end())))
        << backend->name();
  }
}

TEST(GroupNorm, GradientsAddUpUntilZeroGrad) {
  manual::GroupNorm<double> layer({2, 4});
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 20),
                               d_y = manual::Matrix<double>::Random(3, 20);
  const manual::Extents extents(3, 4, 5);
  layer.forward({x, extents});
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, extents});
      },
      [&] {
        return std::vector<manual::Matrix<double>>{layer.d_weight, layer.d_bias};
      });
}

TEST(GroupNormTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    GroupNormSpec spec;
    spec.num_groups = drawn(1, 3);
    spec.num_channels = spec.num_groups * drawn(1, 3);
    spec.eps = drawn_from(std::vector{1e-5, 1e-3, 1.0});
    spec.affine = drawn_bool();
    // At least three values to a group: of two, eps alone would keep d_x from 0.
    Shape input{drawn(1, 4), spec.num_channels, drawn(3, 7)};
    if (drawn_bool()) input.push_back(drawn(1, 4));
    return layer_example("random", {{"norm", spec}}, std::move(input));
  });
}

TEST(GroupNormTwin, StaysTogetherInTraining) {
  const NetworkSpec spec{{{"hidden", DenseSpec{5, 12}},
                          {"norm", GroupNormSpec{3, 12}},
                          {"sigmoid", SigmoidSpec{}},
                          {"output", DenseSpec{12, 3}}},
                         CrossEntropyLossSpec{},
                         SgdSpec{.lr = 0.03, .momentum = 0.9},
                         UniformInitialiser{}};
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100});
}

TEST(GroupNorm, RefusesWhatDoesNotFit) {
  const auto shape = [](GroupNormSpec kind, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"norm", kind}}, std::move(x));
  };
  EXPECT_EQ(shape({2, 4}, {5, 4, 7}), (Shape{5, 4, 7}));
  EXPECT_THROW_MESSAGE(shape({2, 4}, {5, 3, 4}), LayerError, "norm: expected N×4 or N×4×…, got 5×3×4");
  EXPECT_THROW_MESSAGE(shape({2, 4}, {4}), LayerError, "got 4");
  const auto refused = [](const GroupNormSpec& spec) { validate(layer_alone({"norm", spec})); };
  EXPECT_THROW_MESSAGE(refused({0, 4}), LayerError, "norm: num_groups is 0");
  EXPECT_THROW_MESSAGE(refused({1, 0}), LayerError, "norm: num_channels is 0");
  EXPECT_THROW_MESSAGE(refused({2, 5}), LayerError, "norm: num_channels is 5, which 2 groups do not divide");
  EXPECT_THROW_MESSAGE(refused({2, 4, -1}), LayerError, "norm: eps is -1, expected at least 0");
  manual::GroupNorm<double> layer({1, 2});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 6);
  EXPECT_THROW(layer.backward({x, manual::Extents(2, 2, 3)}), std::logic_error);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(2, 3, 2)}), LayerError, "expected N×2", "got 2×3×2");
  layer.forward({x, manual::Extents(2, 2, 3)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(3, 2, 2)}), ShapeError, "expected 2×6, got 3×4");
}

}  // namespace
}  // namespace twin
