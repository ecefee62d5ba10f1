#include "manual/layers/prelu.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "shared/seeds/initialise.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/gradients_add_up.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using manual::Extents;

NetworkSpec prelu(std::int64_t slopes) { return layer_alone({"prelu", PreluSpec{slopes}}); }

TEST(PreluTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        Shape input{drawn(1, 9), drawn(1, 5)};
        const PreluSpec spec{drawn_bool() ? 1 : input[1]};
        for (std::int64_t places = drawn(0, 2); places > 0; --places) input.push_back(drawn(1, 4));
        return layer_example("random", {{"prelu", spec}}, std::move(input),
                             drawn_from(std::vector{1e-6, 1.0, 1e6}));
      },
      {.finite_differences = false});
}

// Channels (-1, 2), (-3, -4) of two samples; slopes ½ and -2.
TEST(Prelu, EachChannelHasASlopeOfItsOwn) {
  manual::Prelu<double> layer(PreluSpec{2}, {"prelu"});
  layer.weight << 0.5, -2;
  const manual::Matrix<double> x{{-1, -3}, {2, -4}}, d_y{{10, 20}, {30, 40}};
  const manual::Activation<double> y = layer.forward({x, Extents(2, 2)});
  EXPECT_EQ(y.as_matrix(), (manual::Matrix<double>{{-0.5, 6}, {2, 8}}));
  const manual::Activation<double> d_x = layer.backward({d_y, Extents(2, 2)});
  EXPECT_EQ(d_x.as_matrix(), (manual::Matrix<double>{{5, -40}, {30, -80}}));
  EXPECT_EQ(layer.d_weight, (manual::RowVector<double>{{-10, -220}}));
}

// The same numbers as one picture: channels stand one behind the other, their places side by side.
TEST(Prelu, PlacesOfAPictureShareTheSlopeOfTheirChannel) {
  manual::Prelu<double> layer(PreluSpec{2}, {"prelu"});
  layer.weight << 0.5, -2;
  const manual::Matrix<double> x{{-1, 2, -3, -4}}, d_y{{10, 30, 20, 40}};
  const Extents picture(1, 2, 1, 2);
  const manual::Activation<double> y = layer.forward({x, picture});
  EXPECT_TRUE(y.extents() == picture);
  EXPECT_EQ(y.as_samples(), (manual::Matrix<double>{{-0.5, 2, 6, 8}}));
  layer.backward_parameters({d_y, picture});
  EXPECT_EQ(layer.d_weight, (manual::RowVector<double>{{-10, -220}}));
}

TEST(Prelu, OneSlopeServesAnyShape) {
  manual::Prelu<double> layer(PreluSpec{}, {"prelu"});
  layer.weight << 0.5;
  const manual::Matrix<double> x{{-1, 2, -3, -4}}, d_y{{10, 30, 20, 40}};
  for (const Extents& extents : {Extents(4), Extents(2, 2), Extents(1, 4), Extents(2, 1, 2)}) {
    const manual::Activation<double> y = layer.forward({x, extents});
    EXPECT_EQ((Eigen::Map<const manual::RowVector<double>>(y.data(), 4)),
              (manual::RowVector<double>{{-0.5, 2, -1.5, -2}}));
    layer.zero_grad();
    layer.backward({d_y, extents});
    EXPECT_EQ(layer.d_weight(0), -10 - 60 - 160);
  }
}

// A seventh of these inputs lies on the kink, where PyTorch takes the slope; some slopes are negative, some
// 0.
TEST(PreluTwin, GradientsAreEqualBitForBitOnTheKink) {
  for (const std::int64_t slopes : {1, 13})
    for (Seed seed = 1; seed <= 10; ++seed)
      expect_twins_equal(prelu(slopes), rounded_to_integers(random_case(prelu(slopes), 17, 13, seed)));
}

// The sum over many elements is kept in double.
TEST(Prelu, SumsOfManyElementsLoseNoDigits) {
  manual::Prelu<float> layer(PreluSpec{}, {"prelu"});
  const manual::Matrix<float> x = manual::Matrix<float>::Constant(1 << 20, 1, -0.1F),
                              d_y = manual::Matrix<float>::Ones(1 << 20, 1);
  layer.forward({x, Extents(1 << 20, 1)});
  layer.backward_parameters({d_y, Extents(1 << 20, 1)});
  EXPECT_EQ(layer.d_weight(0), -0.1F * (1 << 20));
}

TEST(Prelu, GradientsAddUpUntilZeroGrad) {
  manual::Prelu<double> layer(PreluSpec{3}, {"prelu"});
  layer.weight.setRandom();
  const manual::Matrix<double> x = manual::Matrix<double>::Random(5, 3),
                               d_y = manual::Matrix<double>::Random(5, 3);
  layer.forward({x, Extents(5, 3)});
  expect_gradients_add_up(
      layer,
      [&] {
        layer.backward({d_y, Extents(5, 3)});
      },
      [&] { return std::vector<manual::Matrix<double>>{layer.d_weight}; });
}

TEST(Prelu, SlopesStartAtAQuarter) {
  NetworkSpec spec = prelu(3);
  spec.initialiser = XavierUniformInitialiser{};
  EXPECT_THAT(initial_parameters(spec, DType::float64, 1).at("prelu.weight").to_doubles(),
              testing::Each(0.25));
}

TEST(Prelu, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Prelu<float> layer(PreluSpec{}, {"prelu"});
      manual::Matrix<float> x = manual::Matrix<float>::Constant(1, columns, at % 2 ? 1 : -1);
      x(0, at) = std::numeric_limits<float>::quiet_NaN();
      const manual::Activation<float> y = layer.forward({x, Extents(1, columns)});
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y.data()[i]), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Prelu, RefusesWhatDoesNotFit) {
  EXPECT_THROW_MESSAGE(validate(prelu(0)), LayerError, "prelu: num_parameters is 0");
  const LayerSpec three{"prelu", PreluSpec{3}};
  EXPECT_THROW_MESSAGE(output_shape(three, {7, 5}), LayerError, "prelu: expected N×3 or N×3×…, got 7×5");
  EXPECT_THROW_MESSAGE(output_shape(three, {3}), LayerError, "prelu: expected N×3 or N×3×…, got 3");
  EXPECT_EQ(output_shape(three, {7, 3, 2}), (Shape{7, 3, 2}));
  manual::Prelu<double> layer(PreluSpec{3}, {"prelu"});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 5);
  EXPECT_THROW_MESSAGE(layer.forward({x, Extents(2, 5)}), LayerError, "prelu",
                       "expected 3 channels, got 2×5");
}

TEST(Prelu, NamesTheShapeItExpected) {
  manual::Prelu<double> layer(PreluSpec{}, {"prelu"});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3);
  EXPECT_THROW(layer.backward({x, Extents(2, 3)}), std::logic_error);
  layer.forward({x, Extents(2, 3)});
  EXPECT_THROW_MESSAGE(layer.backward({x, Extents(3, 2)}), ShapeError, "expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
