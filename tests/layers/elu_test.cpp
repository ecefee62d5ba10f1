#include "manual/layers/elu.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec elu(double alpha) { return layer_alone({"elu", EluSpec{alpha}}); }

TEST(EluTwin, GradientsMatchOnRandomShapesAndAlphas) {
  expect_twins_agree_on_random(
      [] {
        const EluSpec spec{drawn_from(std::vector{1.0, 0.3, 2.5, 0.0, -0.5})};
        return layer_example("random", {{"elu", spec}}, {drawn(1, 7), drawn(1, 19)},
                             drawn_from(std::vector{1e-6, 1.0, 10.0}));
      },
      {.finite_differences = false});
}

// exp(-log 2) = ½.
TEST(Elu, FollowsItsFormulas) {
  manual::Elu<double> layer(EluSpec{3});
  const manual::Matrix<double> x{{-std::log(2), 0, 2}}, d_y{{10, 10, 10}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{-1.5, 0, 2}}, 1e-15)) << y;
  EXPECT_TRUE(d_x.isApprox(manual::Matrix<double>{{15, 30, 10}}, 1e-15)) << d_x;
}

// At the kink PyTorch takes alpha. Without an exponential, all is exact.
TEST(EluTwin, GradientsAreEqualBitForBitOnTheKink) {
  for (Seed seed = 1; seed <= 10; ++seed)
    expect_twins_equal(elu(0), rounded_to_integers(random_case(elu(0), 17, 13, seed)));
}

template <typename Scalar>
class EluOverItsRange : public testing::Test {};
using EluScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(EluOverItsRange, EluScalars);

// Small inputs too: exp(x) - 1, taken as a difference, would have no digit of 1e-9 right in float32.
TYPED_TEST(EluOverItsRange, OutputsAreAsExactAsTheHeaderSays) {
  constexpr manual::Index kValues = 200000;
  manual::Matrix<TypeParam> x(1, kValues);
  for (manual::Index i = 0; i < kValues; ++i)
    x(0, i) = static_cast<TypeParam>(-std::exp2(-30 + 36.0 * static_cast<double>(i) / kValues));
  manual::Elu<TypeParam> layer(EluSpec{});
  const manual::Matrix<TypeParam>& y = layer.forward(x);
  for (manual::Index i = 0; i < kValues; ++i)
    ASSERT_LE(ulps(y(0, i), std::expm1(Exact<TypeParam>(x(0, i)))), tolerance::kElementwiseUlps) << x(0, i);
}

TYPED_TEST(EluOverItsRange, EndsAtMinusAlphaAndPassesWhatIsPositive) {
  constexpr TypeParam kInfinity = std::numeric_limits<TypeParam>::infinity();
  manual::Elu<TypeParam> layer(EluSpec{2});
  const manual::Matrix<TypeParam> x{
      {-kInfinity, -1000, -200, 200, 1000, std::numeric_limits<TypeParam>::max(), kInfinity}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, x.cols(), -3);
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    EXPECT_EQ(y(0, i), x(0, i) < 0 ? -2 : x(0, i));
    EXPECT_EQ(d_x(0, i), x(0, i) < 0 ? 0 : -3) << x(0, i);
  }
}

// Alone in its row, where the function is the standard library's, and among others, where it is Eigen's.
TYPED_TEST(EluOverItsRange, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Elu<TypeParam> layer(EluSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Constant(1, columns, at % 2 ? 1 : -1);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Elu, RefusesAnAlphaThatIsNoNumber) {
  for (const double alpha : {std::nan(""), -std::numeric_limits<double>::infinity()})
    EXPECT_THROW_MESSAGE(validate(elu(alpha)), LayerError,
                         fmt::format("elu: alpha is {}, expected a finite number", alpha));
}

TEST(Elu, NamesTheShapeItExpected) {
  manual::Elu<double> layer(EluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
