#include "manual/layers/softplus.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec softplus(const SoftplusSpec& spec) { return layer_alone({"softplus", spec}); }

TEST(SoftplusTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random(
      [] {
        const SoftplusSpec spec{drawn_from(std::vector{1.0, 0.25, 3.0}),
                                drawn_from(std::vector{20.0, 1.0, 0.0, -1.0})};
        return layer_example("random", {{"softplus", spec}}, {drawn(1, 7), drawn(1, 19)},
                             drawn_from(std::vector{1e-6, 1.0, 10.0}));
      },
      {.finite_differences = false});
}

// exp(2·½·log 3) = 3: y = ½·log 4, slope ¾. Above β·x = 4, y is x.
TEST(Softplus, FollowsItsFormulas) {
  manual::Softplus<double> layer(SoftplusSpec{2, 4});
  const manual::Matrix<double> x{{std::log(3) / 2, -std::log(3) / 2, 0, 2, 2.5}},
      d_y = manual::Matrix<double>::Constant(1, 5, 8);
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  const double at_2 = std::exp(4);
  EXPECT_TRUE(y.isApprox(manual::Matrix<double>{{std::log(4) / 2, std::log(4.0 / 3) / 2, std::log(2) / 2,
                                                 std::log(1 + at_2) / 2, 2.5}},
                         1e-15))
      << y;
  EXPECT_TRUE(d_x.isApprox(manual::Matrix<double>{{6, 2, 4, 8 * at_2 / (1 + at_2), 8}}, 1e-15)) << d_x;
}

// softplus(x) - softplus(-x) = x: a law that needs no other twin.
TEST(Softplus, TheEvenPartIsHalfOfTheInput) {
  manual::Matrix<double> x(1, 401);
  for (manual::Index i = 0; i < x.cols(); ++i) x(0, i) = static_cast<double>(i - 200) / 11;
  const manual::Matrix<double> minus_x = -x;
  manual::Softplus<double> layer(SoftplusSpec{}), mirrored(SoftplusSpec{});
  const manual::Matrix<double> gap = layer.forward(x) - mirrored.forward(minus_x) - x;
  EXPECT_LE(gap.cwiseAbs().maxCoeff(), 1e-14);
}

template <typename Scalar>
class SoftplusOverItsRange : public testing::Test {};
using SoftplusScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SoftplusOverItsRange, SoftplusScalars);

TYPED_TEST(SoftplusOverItsRange, OutputsAreAsExactAsTheHeaderSays) {
  constexpr manual::Index kValues = 200000;
  manual::Matrix<TypeParam> x(1, kValues);
  for (manual::Index i = 0; i < kValues; ++i)
    x(0, i) = static_cast<TypeParam>(-40 + 60 * static_cast<double>(i) / kValues);
  manual::Softplus<TypeParam> layer(SoftplusSpec{});
  const manual::Matrix<TypeParam>& y = layer.forward(x);
  for (manual::Index i = 0; i < kValues; ++i) {
    const Exact<TypeParam> exact = std::log1p(std::exp(Exact<TypeParam>(x(0, i))));
    ASSERT_LE(ulps(y(0, i), exact), tolerance::kElementwiseUlps) << x(0, i);
  }
}

// LibTorch's exp(β·x) overflows below a threshold as high as this one.
TYPED_TEST(SoftplusOverItsRange, NothingOverflowsWhateverTheThreshold) {
  constexpr TypeParam kInfinity = std::numeric_limits<TypeParam>::infinity();
  manual::Softplus<TypeParam> layer(SoftplusSpec{1, 1e30});
  const manual::Matrix<TypeParam> x{{-kInfinity, -1000, 1000, 1e20}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, 4, -3);
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    // A vectorised exp stops short of 0.
    EXPECT_LE(std::abs(y(0, i) - std::max(x(0, i), TypeParam(0))), std::numeric_limits<TypeParam>::min());
    EXPECT_LE(std::abs(d_x(0, i) - (x(0, i) < 0 ? 0 : -3)), 4 * std::numeric_limits<TypeParam>::min());
  }
}

TYPED_TEST(SoftplusOverItsRange, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Softplus<TypeParam> layer(SoftplusSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Constant(1, columns, at % 2 ? 30 : -1);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Softplus, RefusesNumbersThatMakeNoSense) {
  for (const double beta : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW_MESSAGE(validate(softplus({beta, 20})), LayerError,
                         fmt::format("softplus: beta is {}, expected a finite number above 0", beta));
  EXPECT_THROW_MESSAGE(validate(softplus({1, std::nan("")})), LayerError,
                       "softplus: threshold is nan, expected a finite number");
}

TEST(Softplus, NamesTheShapeItExpected) {
  manual::Softplus<double> layer(SoftplusSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
