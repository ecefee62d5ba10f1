#include "manual/layers/layer_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;

NetworkSpec layer_norm_alone(LayerNormSpec kind, Shape sample) {
  NetworkSpec spec = layer_alone({"norm", std::move(kind)});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors layer_norm_parameters(std::vector<double> weight, std::vector<double> bias) {
  const auto size = static_cast<std::int64_t>(weight.size());
  NamedTensors parameters;
  parameters.add({"norm.weight", {size}, std::move(weight)});
  parameters.add({"norm.bias", {size}, std::move(bias)});
  return parameters;
}

OwnedBatch layer_norm_batch(const Shape& shape, const std::vector<double>& inputs,
                            const std::vector<double>& targets) {
  return {Tensor("inputs", shape, inputs), Tensor("targets", shape, targets)};
}

// Rows of the means 4 and 2 and of the variances 5 and 4.
const std::vector<double> kLayerNormRows{1, 3, 5, 7, 0, 0, 4, 4};

TEST(LayerNorm, NormalisesEachRowAndWeighsEachFeature) {
  const double root = std::sqrt(5);
  const double expected[] = {9 - 3 / root, -2 / root, 3 / root, 1 + 12 / root, 8, -2, 3, 5};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network =
        loaded(*backend, layer_norm_alone({.normalized_shape = {4}, .eps = 0}, {4}),
               layer_norm_parameters({1, 2, 3, 4}, {9, 0, 0, 1}));
    const Tensor x("inputs", {2, 4}, kLayerNormRows);
    const std::vector<double> y = network->predict(x.view()).to_doubles();
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(y[i], expected[i], 1e-14) << backend->name() << ' ' << i;
  }
}

// Of the second row, of x̂ = (-1, -1, 1, 1) and r = ½: g = (2, 0, 0, 0), mean(g) = ½, mean(g·x̂) = -½. With γ
// in front of the means, the second element would be -¼.
TEST(LayerNorm, GradientsFollowTheirFormulas) {
  const OwnedBatch batch = layer_norm_batch({2, 4}, kLayerNormRows, {0, 0, 0, 4, 1, 0, 0, 0});
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, layer_norm_alone({.normalized_shape = {4}, .eps = 0}, {4}),
                                       layer_norm_parameters({2, 1, 1, 0}, {0, 0, 0, 0}))
                                    ->gradients(batch.view());
    const std::vector<double> d_x = gradients.input->to_doubles();
    // γ is 0 where d_y is not: nothing flows back into the first row.
    const double expected[] = {0, 0, 0, 0, 0.5, -0.5, 0, 0};
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(d_x[i], expected[i], 1e-14) << backend->name() << ' ' << i;
    const std::vector<double> d_weight = gradients.parameters.at("norm.weight").to_doubles();
    const double expected_weight[] = {-1, 0, 0, 12 / std::sqrt(5)};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(d_weight[i], expected_weight[i], 1e-14);
    EXPECT_THAT(gradients.parameters.at("norm.bias").to_doubles(), ElementsAre(1, 0, 0, 4));
  }
}

// Extents that are normalised together are one row.
TEST(LayerNorm, SeveralExtentsAreOneRow) {
  for (const Backend* backend : backends()) {
    const auto y = [&](Shape normalized, Shape sample) {
      Shape shape = sample;
      shape.insert(shape.begin(), 2);
      NamedTensors parameters;
      parameters.add({"norm.weight", normalized, std::vector<double>{1, 2, 3, 4}});
      parameters.add({"norm.bias", normalized, std::vector<double>{0, 1, 0, 1}});
      const NetworkSpec spec = layer_norm_alone({.normalized_shape = normalized}, std::move(sample));
      return loaded(*backend, spec, parameters)
          ->predict(Tensor("inputs", shape, kLayerNormRows).view())
          .to_doubles();
    };
    EXPECT_EQ(y({2, 2}, {2, 2}), y({4}, {4})) << backend->name();
    EXPECT_EQ(y({2, 2}, {1, 2, 2}), y({4}, {4})) << backend->name();
  }
}

// Of equal values the variance is 0: eps alone keeps the result a number. So too in a row of one feature.
TEST(LayerNorm, OfEqualValuesTheBiasIsLeft) {
  for (const Backend* backend : backends())
    for (const std::int64_t features : {1, 5}) {
      const auto size = static_cast<std::size_t>(features);
      const std::unique_ptr<Network> network =
          loaded(*backend, layer_norm_alone({.normalized_shape = {features}}, {features}),
                 layer_norm_parameters(std::vector<double>(size, 3), std::vector<double>(size, -7)));
      const OwnedBatch batch = layer_norm_batch({2, features}, std::vector<double>(2 * size, 0.3),
                                                std::vector<double>(2 * size, 1));
      EXPECT_THAT(network->predict(batch.inputs.view()).to_doubles(), Each(testing::DoubleNear(-7, 1e-12)));
      const Gradients gradients = network->gradients(batch.view());
      EXPECT_THAT(gradients.input->to_doubles(), Each(testing::DoubleNear(0, 1e-12))) << backend->name();
      EXPECT_THAT(gradients.parameters.at("norm.bias").to_doubles(), Each(2)) << backend->name();
    }
}

// Means far from 0, which the square of x would lose against.
TEST(LayerNorm, VarianceIsThatOfTheDistanceToTheMean) {
  manual::LayerNorm<double> layer({.normalized_shape = {4}, .eps = 0, .elementwise_affine = false});
  const manual::Matrix<double> x{{1e8 + 1, 1e8 + 3, 1e8 + 5, 1e8 + 7}};
  const auto y = layer.forward({x, manual::Extents(1, 4)}).as_matrix();
  for (manual::Index i = 0; i < 4; ++i)
    EXPECT_NEAR(y(0, i), (2 * static_cast<double>(i) - 3) / std::sqrt(5), 1e-12);
}

// A law that needs no other twin: nothing is left of the gradient along 1.
TEST(LayerNorm, InputGradientSumsToZeroOverEachRow) {
  const NetworkSpec spec = layer_norm_alone({.normalized_shape = {7}}, {7});
  const RandomCase data = random_case(spec, 5, 7, 1, 1);
  for (const Backend* backend : backends()) {
    const std::vector<double> d_x =
        loaded(*backend, spec, data.parameters)->gradients(data.batches[0].view()).input->to_doubles();
    for (std::size_t n = 0; n < 5; ++n) {
      double sum = 0, size = 0;
      for (std::size_t f = 0; f < 7; ++f) {
        sum += d_x[7 * n + f];
        size += std::abs(d_x[7 * n + f]);
      }
      EXPECT_NEAR(sum, 0, 1e-14 * size) << backend->name();
      EXPECT_GT(size, 0) << "vacuous";
    }
  }
}

TEST(LayerNorm, EvaluationDoesTheSameAsTraining) {
  const NetworkSpec spec = layer_norm_alone({.normalized_shape = {7}}, {7});
  const RandomCase data = random_case(spec, 5, 7, 1, 1);
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, data.parameters);
    const std::vector<double> y = network->predict(data.batches[0].inputs.view()).to_doubles();
    const Trace trace = network->trace_step(data.batches[0].view());
    EXPECT_EQ(find(trace, Role::output, "norm")->value.to_doubles(), y) << backend->name();
  }
}

TEST(LayerNorm, GradientsAddUpUntilZeroGrad) {
  manual::LayerNorm<double> layer({.normalized_shape = {5}});
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(3, 5),
                               d_y = manual::Matrix<double>::Random(3, 5);
  const manual::Extents extents(3, 5);
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

TEST(LayerNormTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    LayerNormSpec spec;
    spec.normalized_shape = {drawn(3, 9)};
    if (drawn_bool()) spec.normalized_shape.insert(spec.normalized_shape.begin(), drawn(1, 3));
    spec.eps = drawn_from(std::vector{1e-5, 1e-3, 1.0});
    spec.elementwise_affine = drawn_bool();
    spec.bias = drawn_bool();
    Shape input{drawn(1, 5)};
    if (drawn_bool()) input.push_back(drawn(1, 3));
    input.insert(input.end(), spec.normalized_shape.begin(), spec.normalized_shape.end());
    return layer_example("random", {{"norm", spec}}, std::move(input));
  });
}

TEST(LayerNormTwin, StaysTogetherInTraining) {
  const NetworkSpec spec{{{"hidden", DenseSpec{5, 7}},
                          {"norm", LayerNormSpec{.normalized_shape = {7}}},
                          {"sigmoid", SigmoidSpec{}},
                          {"output", DenseSpec{7, 3}}},
                         CrossEntropyLossSpec{},
                         SgdSpec{.lr = 0.03, .momentum = 0.9},
                         UniformInitialiser{}};
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100});
}

TEST(LayerNorm, LeavesOutWhatItIsTold) {
  const auto names = [](const LayerNormSpec& spec) {
    std::vector<std::string> all;
    for (const ParameterSpec& p : spec.parameters()) all.push_back(p.name);
    return all;
  };
  EXPECT_THAT(names({.normalized_shape = {3}}), ElementsAre("weight", "bias"));
  EXPECT_THAT(names({.normalized_shape = {3}, .bias = false}), ElementsAre("weight"));
  EXPECT_THAT(names({.normalized_shape = {3}, .elementwise_affine = false}), ElementsAre());
}

TEST(LayerNorm, RefusesWhatDoesNotFit) {
  const auto shape = [](Shape normalized, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"norm", LayerNormSpec{std::move(normalized)}}}, std::move(x));
  };
  EXPECT_EQ(shape({5, 3}, {2, 7, 5, 3}), (Shape{2, 7, 5, 3}));
  EXPECT_THROW_MESSAGE(shape({5, 3}, {2, 5, 4}), LayerError, "norm: expected N×5×3 or N×…×5×3, got 2×5×4");
  EXPECT_THROW_MESSAGE(shape({5, 3}, {5, 3}), LayerError, "got 5×3");  // where is the batch?
  const auto refused = [](const LayerNormSpec& spec) { validate(layer_alone({"norm", spec})); };
  EXPECT_THROW_MESSAGE(refused({.normalized_shape = {}}), LayerError, "norm: normalized_shape is empty");
  EXPECT_THROW_MESSAGE(refused({.normalized_shape = {3, 0}}), LayerError, "norm: normalized_shape[1] is 0");
  EXPECT_THROW_MESSAGE(refused({.eps = -1}), LayerError, "norm: eps is -1, expected at least 0");
  manual::LayerNorm<double> layer({.normalized_shape = {3}});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 3);
  EXPECT_THROW(layer.backward({x, manual::Extents(2, 3)}), std::logic_error);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(3, 2)}), LayerError, "expected N×3", "got 3×2");
  layer.forward({x, manual::Extents(2, 3)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(3, 2)}), ShapeError, "expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
