#include "manual/layers/gelu.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

TEST(GeluTwin, GradientsMatchOnRandomShapesAndApproximations) {
  expect_twins_agree_on_random([] {
    const GeluSpec spec{drawn_from(std::vector<std::string>{"none", "tanh"})};
    return layer_example("random", {{"gelu", spec}}, {drawn(1, 7), drawn(1, 19)},
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

// Tables of the normal distribution: Φ(1) = 0.8413447460685429, φ(1) = 0.2419707245191434.
TEST(Gelu, FollowsItsFormulas) {
  manual::Gelu<double> layer(GeluSpec{});
  const manual::Matrix<double> x{{-1, 0, 1}}, d_y{{10, 10, 10}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  constexpr double kBelow = 0.8413447460685429, kDensity = 0.2419707245191434;
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{kBelow - 1, 0, kBelow}}, 1e-15)) << y;
  EXPECT_TRUE(d_x.isApprox(
      manual::Matrix<double>{{10 * (1 - kBelow - kDensity), 5, 10 * (kBelow + kDensity)}}, 1e-15))
      << d_x;
}

// u(1) = √(2/π)·1.044715, u'(1) = √(2/π)·1.134145.
TEST(Gelu, FollowsTheFormulasOfItsApproximation) {
  manual::Gelu<double> layer(GeluSpec{"tanh"});
  const manual::Matrix<double> x{{-1, 0, 1}}, d_y{{10, 10, 10}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  const double root = std::sqrt(2 / std::numbers::pi), t = std::tanh(root * 1.044715);
  const double slope = (1 + t) / 2 + (1 - t * t) / 2 * root * 1.134145;
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{-(1 - t) / 2, 0, (1 + t) / 2}}, 1e-15)) << y;
  EXPECT_TRUE(d_x.isApprox(manual::Matrix<double>{{10 * (1 - slope), 5, 10 * slope}}, 1e-14)) << d_x;
}

// gelu(x) - gelu(-x) = x, and the slopes at x and -x sum to 1: laws that need no other twin.
TEST(Gelu, TheOddPartIsHalfOfTheInput) {
  manual::Matrix<double> x(1, 401);
  for (manual::Index i = 0; i < x.cols(); ++i) x(0, i) = static_cast<double>(i - 200) / 23;
  const manual::Matrix<double> minus_x = -x, ones = manual::Matrix<double>::Ones(1, x.cols());
  for (const char* approximate : {"none", "tanh"}) {
    manual::Gelu<double> layer(GeluSpec{approximate}), mirrored(GeluSpec{approximate});
    const manual::Matrix<double> gap = layer.forward(x) - mirrored.forward(minus_x) - x;
    EXPECT_LE(gap.cwiseAbs().maxCoeff(), 1e-14) << approximate;
    const manual::Matrix<double> slopes = layer.backward(ones) + mirrored.backward(ones) - ones;
    EXPECT_LE(slopes.cwiseAbs().maxCoeff(), 1e-14) << approximate;
  }
}

// They are close, not equal: who mixes them up is off by 5e-4.
TEST(Gelu, TheApproximationIsCloseToWhatItApproximates) {
  manual::Matrix<double> x(1, 801);
  for (manual::Index i = 0; i < x.cols(); ++i) x(0, i) = static_cast<double>(i - 400) / 80;
  manual::Gelu<double> exact(GeluSpec{}), approximate(GeluSpec{"tanh"});
  const double gap = (exact.forward(x) - approximate.forward(x)).cwiseAbs().maxCoeff();
  EXPECT_LT(gap, 5e-4);
  EXPECT_GT(gap, 4e-4);
}

template <typename Scalar>
class GeluOverItsRange : public testing::Test {
 public:
  // Evenly in x and evenly in the bits of x.
  static manual::Matrix<Scalar> inputs() {
    constexpr manual::Index kValues = 100000;
    manual::Matrix<Scalar> x(1, 2 * kValues);
    for (manual::Index i = 0; i < kValues; ++i) {
      x(0, 2 * i) = static_cast<Scalar>(-8 + 16.0 * static_cast<double>(i) / kValues);
      x(0, 2 * i + 1) =
          static_cast<Scalar>((i % 2 ? 1 : -1) * std::exp2(-30 + 33.0 * static_cast<double>(i) / kValues));
    }
    return x;
  }
};
using GeluScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(GeluOverItsRange, GeluScalars);

// x² is rounded, and exp(-x²/2) multiplies that by x²/2.
TYPED_TEST(GeluOverItsRange, OutputsAreAsExactAsTheHeaderSays) {
  manual::Gelu<TypeParam> layer(GeluSpec{});
  const manual::Matrix<TypeParam> x = this->inputs(), y = layer.forward(x);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    const Exact<TypeParam> value = x(0, i);
    const Exact<TypeParam> exact = value * std::erfc(-value / std::sqrt(Exact<TypeParam>(2))) / 2;
    const double allowed = 8 + (x(0, i) < 0 ? static_cast<double>(value * value) / 2 : 0);
    ASSERT_LE(ulps(y(0, i), exact), allowed) << x(0, i);
  }
}

TYPED_TEST(GeluOverItsRange, EndsAtZeroAndAtItsInput) {
  const TypeParam most = std::numeric_limits<TypeParam>::max();
  const manual::Matrix<TypeParam> x{{-most, -1e30F, -1000, -50, 50, 1000, 1e30F, most}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, x.cols(), -3);
  for (const char* approximate : {"none", "tanh"}) {
    manual::Gelu<TypeParam> layer(GeluSpec{approximate});
    const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
    for (manual::Index i = 0; i < x.cols(); ++i) {
      const TypeParam nothing = 100000 * std::numeric_limits<TypeParam>::min();
      if (x(0, i) < 0) {
        EXPECT_LE(std::abs(y(0, i)), nothing) << approximate << " at " << x(0, i);
        EXPECT_LE(std::abs(d_x(0, i)), nothing) << approximate << " at " << x(0, i);
      } else {
        EXPECT_EQ(y(0, i), x(0, i)) << approximate;
        EXPECT_EQ(d_x(0, i), -3) << approximate << " at " << x(0, i);
      }
    }
  }
}

TYPED_TEST(GeluOverItsRange, NanStaysNanAndStaysAlone) {
  for (const char* approximate : {"none", "tanh"})
    for (const manual::Index columns : {1, 4, 16, 35})
      for (manual::Index at = 0; at < columns; at += 3) {
        manual::Gelu<TypeParam> layer(GeluSpec{approximate});
        manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Ones(1, columns);
        x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
        const manual::Matrix<TypeParam> y = layer.forward(x);
        for (manual::Index i = 0; i < columns; ++i)
          EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
      }
}

TEST(Gelu, RefusesAnApproximationThatThereIsNoneOf) {
  EXPECT_THROW_MESSAGE(validate(layer_alone({"gelu", GeluSpec{"sigmoid"}})), LayerError,
                       "gelu: approximate is \"sigmoid\", expected \"none\" or \"tanh\"");
}

TEST(Gelu, NamesTheShapeItExpected) {
  manual::Gelu<double> layer(GeluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
