#include "manual/layers/rms_norm.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec rms_norm_alone(RmsNormSpec kind, Shape sample) {
  NetworkSpec spec = layer_alone({"norm", std::move(kind)});
  spec.input = std::move(sample);
  return spec;
}

NamedTensors rms_norm_weight(const Shape& shape, std::vector<double> weight) {
  NamedTensors parameters;
  parameters.add({"norm.weight", shape, std::move(weight)});
  return parameters;
}

// The squares of (1, 1, 1, -1) and (2, 6, 0, 0) have the means 1 and 10.
const std::vector<double> kRmsNormRows{1, 1, 1, -1, 2, 6, 0, 0};

TEST(RmsNorm, DividesEachRowByItsRootMeanSquareAndSubtractsNothing) {
  const double root = std::sqrt(10);
  const double expected[] = {1, 2, 3, -4, 2 / root, 12 / root, 0, 0};
  for (const Backend* backend : backends()) {
    const Tensor x("inputs", {2, 4}, kRmsNormRows);
    const std::vector<double> y =
        loaded(*backend, rms_norm_alone({{4}, 0.0}, {4}), rms_norm_weight({4}, {1, 2, 3, 4}))
            ->predict(x.view())
            .to_doubles();
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(y[i], expected[i], 1e-14) << backend->name() << ' ' << i;
  }
}

// Of the first row, of x̂ = x and r = 1: g = (8, 0, 0, 0), mean(g·x̂) = 2.
TEST(RmsNorm, GradientsFollowTheirFormulas) {
  const OwnedBatch batch{Tensor("inputs", {2, 4}, kRmsNormRows),
                         Tensor("targets", {2, 4}, std::vector<double>{2, 0, 0, 0, 0, 5, 0, 0})};
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, rms_norm_alone({{4}, 0.0}, {4}), rms_norm_weight({4}, {4, 0, 1, 1}))
            ->gradients(batch.view());
    const std::vector<double> d_x = gradients.input->to_doubles();
    const double expected[] = {6, -2, -2, 2, 0, 0, 0, 0};  // in the second row, γ is 0 where d_y is not
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(d_x[i], expected[i], 1e-14) << backend->name() << ' ' << i;
    const std::vector<double> d_weight = gradients.parameters.at("norm.weight").to_doubles();
    const double expected_weight[] = {2, 30 / std::sqrt(10), 0, 0};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(d_weight[i], expected_weight[i], 1e-14);
  }
}

// Unless another is given, ε is the distance from 1 to the next number of the dtype. Where x is 0 but for one
// element, whose square is ε, the mean of four is ε/4, and y = √(4/5).
TEST(RmsNorm, EpsIsTheMachineEpsilonUnlessGiven) {
  for (const Backend* backend : backends())
    for (const auto& [dtype, root_of_eps] : {std::pair{DType::float64, 0x1p-26}, {DType::float32, 0x1p-11}}) {
      // 2⁻²³ has no root in binary: its double, 2⁻²², is taken there.
      const double times = dtype == DType::float32 ? 2 : 1;
      const Tensor x("inputs", {1, 4}, std::vector<double>{0, root_of_eps, 0, 0});
      const std::vector<double> y =
          loaded(*backend, rms_norm_alone({{4}}, {4}), rms_norm_weight({4}, {1, 1, 1, 1}), dtype)
              ->predict(x.as(dtype).view())
              .to_doubles();
      EXPECT_NEAR(y[1], std::sqrt(times / (times / 4 + 1)), 1e-6) << backend->name();
    }
}

// What is left of the gradient beside x̂: a law that needs no other twin. (With eps, a little is left.)
TEST(RmsNorm, InputGradientIsNormalToTheRow) {
  const NetworkSpec spec = rms_norm_alone({{7}, 0.0}, {7});
  const RandomCase data = random_case(spec, 5, 7, 1, 1);
  const std::vector<double> x = data.batches[0].inputs.to_doubles();
  for (const Backend* backend : backends()) {
    const std::vector<double> d_x =
        loaded(*backend, spec, data.parameters)->gradients(data.batches[0].view()).input->to_doubles();
    for (std::size_t n = 0; n < 5; ++n) {
      double sum = 0, size = 0;
      for (std::size_t k = 7 * n; k < 7 * n + 7; ++k) {
        sum += x[k] * d_x[k];
        size += std::abs(x[k] * d_x[k]);
      }
      EXPECT_NEAR(sum, 0, 1e-14 * size) << backend->name();
      EXPECT_GT(size, 0) << "vacuous";
    }
  }
}

TEST(RmsNorm, SeveralExtentsAreOneRow) {
  for (const Backend* backend : backends()) {
    const auto y = [&](const Shape& normalized, const Shape& x) {
      const NetworkSpec spec = rms_norm_alone({normalized}, {x.begin() + 1, x.end()});
      return loaded(*backend, spec, rms_norm_weight(normalized, {1, 2, 3, 4}))
          ->predict(Tensor("inputs", x, kRmsNormRows).view())
          .to_doubles();
    };
    EXPECT_EQ(y({2, 2}, {2, 1, 2, 2}), y({4}, {2, 4})) << backend->name();
  }
}

TEST(RmsNorm, OfZerosNothingIsLeftAndTheGradientIsANumber) {
  manual::RmsNorm<float> layer(RmsNormSpec{{3}});
  layer.weight.setOnes();
  const manual::Matrix<float> x = manual::Matrix<float>::Zero(1, 3), d_y = manual::Matrix<float>::Ones(1, 3);
  EXPECT_TRUE(layer.forward({x, manual::Extents(1, 3)}).as_matrix().isZero(0));
  const auto d_x = layer.backward({d_y, manual::Extents(1, 3)}).as_matrix();
  // r = 1 / √2⁻²³
  for (manual::Index i = 0; i < 3; ++i) EXPECT_FLOAT_EQ(d_x(0, i), std::sqrt(0x1p23f));
}

TEST(RmsNorm, GradientsAddUpUntilZeroGrad) {
  manual::RmsNorm<double> layer(RmsNormSpec{{5}});
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
      [&] { return std::vector<manual::Matrix<double>>{layer.d_weight}; });
}

TEST(RmsNormTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    RmsNormSpec spec;
    spec.normalized_shape = {drawn(2, 9)};
    if (drawn_bool()) spec.normalized_shape.insert(spec.normalized_shape.begin(), drawn(1, 3));
    if (drawn_bool()) spec.eps = drawn_from(std::vector{1e-6, 1e-3, 1.0});
    spec.elementwise_affine = drawn_bool();
    Shape input{drawn(1, 5)};
    if (drawn_bool()) input.push_back(drawn(1, 3));
    input.insert(input.end(), spec.normalized_shape.begin(), spec.normalized_shape.end());
    return layer_example("random", {{"norm", spec}}, std::move(input));
  });
}

TEST(RmsNormTwin, StaysTogetherInTraining) {
  const NetworkSpec spec{{{"hidden", DenseSpec{5, 7, false}},
                          {"norm", RmsNormSpec{{7}}},
                          {"sigmoid", SigmoidSpec{}},
                          {"output", DenseSpec{7, 3}}},
                         CrossEntropyLossSpec{},
                         SgdSpec{.lr = 0.03, .momentum = 0.9},
                         UniformInitialiser{}};
  expect_twins_stay_together(spec, random_case(spec, 19, 5, 1), DType::float64, {10, 100});
}

TEST(RmsNorm, RefusesWhatDoesNotFit) {
  const auto shape = [](Shape normalized, Shape x) {
    return output_shape(std::vector<LayerSpec>{{"norm", RmsNormSpec{std::move(normalized)}}}, std::move(x));
  };
  EXPECT_THAT(shape({5, 3}, {2, 7, 5, 3}), ElementsAre(2, 7, 5, 3));
  EXPECT_THROW_MESSAGE(shape({5, 3}, {2, 5, 4}), LayerError, "norm: expected N×5×3 or N×…×5×3, got 2×5×4");
  EXPECT_THROW_MESSAGE(shape({3}, {3}), LayerError, "got 3");
  const auto refused = [](const RmsNormSpec& spec) { validate(layer_alone({"norm", spec})); };
  EXPECT_THROW_MESSAGE(refused({{}}), LayerError, "norm: normalized_shape is empty");
  EXPECT_THROW_MESSAGE(refused({{0}}), LayerError, "norm: normalized_shape[0] is 0");
  EXPECT_THROW_MESSAGE(refused({{3}, -1.0}), LayerError, "norm: eps is -1, expected at least 0");
  manual::RmsNorm<double> layer(RmsNormSpec{{3}});
  const manual::Matrix<double> x = manual::Matrix<double>::Ones(2, 3);
  EXPECT_THROW(layer.backward({x, manual::Extents(2, 3)}), std::logic_error);
  EXPECT_THROW_MESSAGE(layer.forward({x, manual::Extents(3, 2)}), LayerError, "expected N×3", "got 3×2");
  layer.forward({x, manual::Extents(2, 3)});
  EXPECT_THROW_MESSAGE(layer.backward({x, manual::Extents(3, 2)}), ShapeError, "expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
