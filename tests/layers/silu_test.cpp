#include "manual/layers/silu.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

TEST(SiluTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return layer_example("random", {{"silu", SiluSpec{}}}, {drawn(1, 7), drawn(1, 19)},
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

// σ(log 3) = ¾, σ(-log 3) = ¼.
TEST(Silu, FollowsItsFormulas) {
  const double x3 = std::log(3);
  manual::Silu<double> layer(SiluSpec{});
  const manual::Matrix<double> x{{-x3, 0, x3}}, d_y{{16, 16, 16}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{-x3 / 4, 0, 3 * x3 / 4}}, 1e-15)) << y;
  EXPECT_TRUE(d_x.isApprox(manual::Matrix<double>{{4 - 3 * x3, 8, 12 + 3 * x3}}, 1e-15)) << d_x;
}

// silu(x) - silu(-x) = x, and the slopes at x and -x sum to 1: laws that need no other twin.
TEST(Silu, TheOddPartIsHalfOfTheInput) {
  manual::Matrix<double> x(1, 401);
  for (manual::Index i = 0; i < x.cols(); ++i) x(0, i) = static_cast<double>(i - 200) / 11;
  const manual::Matrix<double> minus_x = -x, ones = manual::Matrix<double>::Ones(1, x.cols());
  manual::Silu<double> layer(SiluSpec{}), mirrored(SiluSpec{});
  const manual::Matrix<double> gap = layer.forward(x) - mirrored.forward(minus_x) - x;
  EXPECT_LE(gap.cwiseAbs().maxCoeff(), 1e-14);
  const manual::Matrix<double> slopes = layer.backward(ones) + mirrored.backward(ones) - ones;
  EXPECT_LE(slopes.cwiseAbs().maxCoeff(), 1e-14);
}

template <typename Scalar>
class SiluOverItsRange : public testing::Test {};
using SiluScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SiluOverItsRange, SiluScalars);

TYPED_TEST(SiluOverItsRange, OutputsAreAsExactAsTheHeaderSays) {
  constexpr manual::Index kValues = 200000;
  manual::Matrix<TypeParam> x(1, 2 * kValues);
  for (manual::Index i = 0; i < kValues; ++i) {
    x(0, 2 * i) = static_cast<TypeParam>(-40 + 80.0 * static_cast<double>(i) / kValues);
    x(0, 2 * i + 1) =
        static_cast<TypeParam>((i % 2 ? 1 : -1) * std::exp2(-30 + 35.0 * static_cast<double>(i) / kValues));
  }
  manual::Silu<TypeParam> layer(SiluSpec{});
  const manual::Matrix<TypeParam>& y = layer.forward(x);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    const Exact<TypeParam> exact = Exact<TypeParam>(x(0, i)) / (1 + std::exp(-Exact<TypeParam>(x(0, i))));
    ASSERT_LE(ulps(y(0, i), exact), tolerance::kElementwiseUlps + 1) << x(0, i);
  }
}

// What a vectorised exp leaves of 0 is not multiplied by a large number.
TYPED_TEST(SiluOverItsRange, EndsAtZeroAndAtItsInput) {
  const TypeParam most = std::numeric_limits<TypeParam>::max();
  manual::Silu<TypeParam> layer(SiluSpec{});
  const manual::Matrix<TypeParam> x{{-most, -1e30F, -1000, 1000, 1e30F, most}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, x.cols(), -3);
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    const TypeParam nothing = 4000 * std::numeric_limits<TypeParam>::min();
    if (x(0, i) < 0) {
      EXPECT_LE(std::abs(y(0, i)), nothing) << x(0, i);
      EXPECT_LE(std::abs(d_x(0, i)), nothing) << x(0, i);
    } else {
      EXPECT_EQ(y(0, i), x(0, i));
      EXPECT_EQ(d_x(0, i), -3) << x(0, i);
    }
  }
}

TYPED_TEST(SiluOverItsRange, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Silu<TypeParam> layer(SiluSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Ones(1, columns);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Silu, NamesTheShapeItExpected) {
  manual::Silu<double> layer(SiluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
