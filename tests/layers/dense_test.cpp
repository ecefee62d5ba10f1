#include "manual/layers/dense.hpp"

#include <gmock/gmock.h>

#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

NetworkSpec dense(std::int64_t in, std::int64_t out) { return layer_alone({"dense", DenseSpec{in, out}}); }

TEST(DenseTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    const DenseSpec spec{drawn(1, 11), drawn(1, 11), drawn_bool()};
    Shape input{drawn(1, 7), drawn(1, 3), spec.in_features};
    if (drawn_bool()) input.erase(input.begin() + 1);
    return layer_example("random", {{"dense", spec}}, std::move(input));
  });
}

// Sums of small integers are exact in any order: no tolerance at all.
TEST(DenseTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(dense(13, 29), rounded_to_integers(random_case(dense(13, 29), 17, 13, seed)));
}

TEST(Dense, GradientsAddUpUntilZeroGrad) {
  manual::Dense<double> layer(DenseSpec{3, 2});
  // Integers, whose sums are exact.
  const manual::Matrix<double> x = (9 * manual::Matrix<double>::Random(5, 3)).array().round();
  const manual::Matrix<double> d_y = (9 * manual::Matrix<double>::Random(5, 2)).array().round();
  layer.weight.setOnes();
  layer.forward(x);
  layer.backward(d_y);
  const manual::Matrix<double> once = layer.d_weight;
  const manual::RowVector<double> bias_once = layer.d_bias;
  layer.backward(d_y);
  EXPECT_EQ(layer.d_weight, 2 * once);
  EXPECT_EQ(layer.d_bias, 2 * bias_once);
  layer.zero_grad();
  layer.backward(d_y);
  EXPECT_EQ(layer.d_weight, once);
  EXPECT_EQ(layer.d_bias, bias_once);
}

TEST(Dense, TrainingSkipsNothingButTheInputGradient) {
  manual::Dense<double> whole(DenseSpec{3, 2}), part(DenseSpec{3, 2});
  const manual::Matrix<double> x = manual::Matrix<double>::Random(5, 3);
  const manual::Matrix<double> d_y = manual::Matrix<double>::Random(5, 2);
  whole.forward(x);
  whole.backward(d_y);
  part.forward(x);
  part.backward_parameters(d_y);
  EXPECT_EQ(whole.d_weight, part.d_weight);
  EXPECT_EQ(whole.d_bias, part.d_bias);
}

TEST(Dense, NamesTheShapeItExpected) {
  manual::Dense<double> layer(DenseSpec{11, 2});
  const manual::Matrix<double> narrow = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 11);
  EXPECT_THAT([&] { layer.forward(narrow); },
              ThrowsMessage<ShapeError>(HasSubstr("expected 11 columns, got 3")));
  layer.forward(x);
  EXPECT_THAT([&] { layer.backward(narrow); }, ThrowsMessage<ShapeError>(HasSubstr("expected 2×2, got 2×3")));
}

TEST(Dense, RefusesSizesThatAreNone) {
  EXPECT_THAT(
      [] {
        manual::Dense<double>(DenseSpec{0, 2});
      },
      ThrowsMessage<ShapeError>(HasSubstr("in_features is 0")));
  EXPECT_THAT(
      [] {
        manual::Dense<double>(DenseSpec{2, -1});
      },
      ThrowsMessage<ShapeError>(HasSubstr("out_features is -1")));
}

TEST(Dense, RefusesBackwardBeforeForward) {
  manual::Dense<double> layer(DenseSpec{3, 2});
  const manual::Matrix<double> d_y = manual::Matrix<double>::Zero(5, 2);
  EXPECT_THROW(layer.backward(d_y), std::logic_error);
}

}  // namespace
}  // namespace twin
