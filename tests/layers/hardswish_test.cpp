#include "manual/layers/hardswish.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

TEST(HardswishTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        return layer_example("random", {{"hardswish", HardswishSpec{}}}, {drawn(1, 7), drawn(1, 19)},
                             drawn_from(std::vector{1e-6, 1.0, 5.0, 1e6}));
      },
      {.finite_differences = false});
}

TEST(Hardswish, FollowsItsFormulasAndTakesTheOuterSlopesAtTheKinks) {
  manual::Hardswish<double> layer(HardswishSpec{});
  const manual::Matrix<double> x{{-4, -3, -1.5, 0, 1.5, 3, 4}};
  const manual::Matrix<double> d_y = manual::Matrix<double>::Constant(1, 7, 8);
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{0, 0, -0.375, 0, 1.125, 3, 4}}, 1e-15)) << y;
  EXPECT_EQ(d_x, (manual::Matrix<double>{{0, 0, 0, 4, 8, 8, 8}}));
}

// The slope 1 at 1.5 is that of the identity too; beside it the slope is larger than 1.
TEST(Hardswish, GrowsFasterThanItsInputBelowTheUpperKink) {
  manual::Hardswish<double> layer(HardswishSpec{});
  const manual::Matrix<double> x{{2.25, -2.25}}, d_y{{4, 4}};
  layer.forward(x);
  EXPECT_EQ(layer.backward(d_y), (manual::Matrix<double>{{5, -1}}));
}

template <typename Scalar>
class HardswishAtTheEnds : public testing::Test {};
using HardswishScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(HardswishAtTheEnds, HardswishScalars);

// PyTorch multiplies by 6 before it divides by it: the largest numbers overflow there.
TYPED_TEST(HardswishAtTheEnds, WhatIsLargePassesUnchanged) {
  const TypeParam most = std::numeric_limits<TypeParam>::max();
  manual::Hardswish<TypeParam> layer(HardswishSpec{});
  const manual::Matrix<TypeParam> x{{-most, -1000, 3, 1000, most}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, 5, -3);
  EXPECT_EQ(layer.forward(x), (manual::Matrix<TypeParam>{{0, 0, 3, 1000, most}}));
  EXPECT_EQ(layer.backward(d_y), (manual::Matrix<TypeParam>{{0, 0, -3, -3, -3}}));
}

TYPED_TEST(HardswishAtTheEnds, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Hardswish<TypeParam> layer(HardswishSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Constant(1, columns, at % 2 ? 5 : -1);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Hardswish, NamesTheShapeItExpected) {
  manual::Hardswish<double> layer(HardswishSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
