#include "manual/layers/log_softmax.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "manual/layers/softmax.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

TEST(LogSoftmaxTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    Shape input{drawn(1, 7), drawn(2, 19)};
    if (drawn_bool()) input.insert(input.begin() + 1, drawn(1, 4));
    return layer_example("random", {{"log_softmax", LogSoftmaxSpec{}}}, std::move(input),
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

// exp(0), exp(log 2), exp(log 5) = 1, 2, 5. The second row is the first, moved by 100.
TEST(LogSoftmax, FollowsItsFormulas) {
  manual::LogSoftmax<double> layer(LogSoftmaxSpec{});
  const double two = std::log(2), five = std::log(5);
  const manual::Matrix<double> x{{0, two, five}, {100, 100 + two, 100 + five}};
  const manual::Matrix<double> d_y{{8, 16, -8}, {1, -1, 0}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  const manual::Matrix<double> row{{std::log(0.125), std::log(0.25), std::log(0.625)}};
  EXPECT_TRUE(y.row(0).isApprox(row, 1e-15)) << y;
  EXPECT_TRUE(y.row(1).isApprox(row, 1e-13)) << y;
  // Σ d_y = 16: d_x = d_y - (2, 4, 10). Where d_y sums to 0, it passes as it is.
  EXPECT_TRUE(d_x.row(0).isApprox(manual::Matrix<double>{{6, 12, -18}}, 1e-14)) << d_x;
  EXPECT_TRUE(d_x.row(1) == d_y.row(1)) << d_x;
}

// One outcome alone has the probability 1, whatever its score.
TEST(LogSoftmax, OneColumnHasNothingToDecide) {
  manual::LogSoftmax<double> layer(LogSoftmaxSpec{});
  const manual::Matrix<double> x{{-3}, {1e300}}, d_y{{5}, {-7}};
  EXPECT_EQ(layer.forward(x), (manual::Matrix<double>{{0}, {0}}));
  EXPECT_EQ(layer.backward(d_y), (manual::Matrix<double>{{0}, {0}}));
}

TEST(LogSoftmax, IsTheLogarithmOfTheSoftmax) {
  const manual::Matrix<double> x = 5.0 * manual::Matrix<double>::Random(7, 11);
  manual::LogSoftmax<double> layer(LogSoftmaxSpec{});
  manual::Softmax<double> softmax(SoftmaxSpec{});
  const manual::Matrix<double> logarithm = softmax.forward(x).array().log();
  EXPECT_TRUE(layer.forward(x).isApprox(logarithm, 1e-14));
}

template <typename Scalar>
class LogSoftmaxOverItsRange : public testing::Test {};
using LogSoftmaxScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LogSoftmaxOverItsRange, LogSoftmaxScalars);

// The softmax of the second element is 0 in float32 and in float64; its logarithm is not that of 0.
TYPED_TEST(LogSoftmaxOverItsRange, LogarithmsStayFiniteWhereTheSoftmaxVanishes) {
  manual::LogSoftmax<TypeParam> layer(LogSoftmaxSpec{});
  const manual::Matrix<TypeParam> x{{2000, -3000, 0}, {-1e20F, -1e20F, -2e20F}};
  const manual::Matrix<TypeParam> d_y{{1, 2, 3}, {1, 2, 3}};
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  const auto half = static_cast<TypeParam>(std::log(2.0));
  const manual::Matrix<TypeParam> expected{{0, -5000, -2000}, {-half, -half, -1e20F}};
  const auto u = static_cast<TypeParam>(unit_roundoff(dtype_of<TypeParam>()));
  EXPECT_TRUE(((y - expected).array().abs() <= 4 * u * expected.array().abs()).all()) << y;
  EXPECT_TRUE(d_x.isApprox(manual::Matrix<TypeParam>{{-5, 2, 3}, {-2, -1, 3}})) << d_x;
}

TYPED_TEST(LogSoftmaxOverItsRange, NanStaysInItsRow) {
  for (const manual::Index columns : {2, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::LogSoftmax<TypeParam> layer(LogSoftmaxSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Random(3, columns);
      x(1, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index n = 0; n < 3; ++n)
        for (manual::Index i = 0; i < columns; ++i)
          EXPECT_EQ(std::isnan(y(n, i)), n == 1) << columns << " columns, NaN at " << at;
    }
}

TEST(LogSoftmax, NamesTheShapeItExpected) {
  manual::LogSoftmax<double> layer(LogSoftmaxSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
