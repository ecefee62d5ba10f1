#include "manual/layers/tanh.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

TEST(TanhTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return layer_example("random", {{"tanh", TanhSpec{}}}, {drawn(1, 7), drawn(1, 19)},
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

template <typename Scalar>
class TanhOverItsRange : public testing::Test {
 public:
  // Evenly in x and evenly in the bits of x.
  static manual::Matrix<Scalar> inputs() {
    constexpr manual::Index kValues = 200000;
    manual::Matrix<Scalar> x(1, 2 * kValues);
    for (manual::Index i = 0; i < kValues; ++i) {
      x(0, 2 * i) = static_cast<Scalar>(-22 + 44.0 * static_cast<double>(i) / kValues);
      x(0, 2 * i + 1) =
          static_cast<Scalar>((i % 2 ? 1 : -1) * std::exp2(-30 + 35.0 * static_cast<double>(i) / kValues));
    }
    return x;
  }
};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(TanhOverItsRange, Scalars);

TYPED_TEST(TanhOverItsRange, OutputsAreAsExactAsTheHeaderSays) {
  manual::Tanh<TypeParam> layer(TanhSpec{});
  const manual::Matrix<TypeParam> x = this->inputs(), y = layer.forward(x);
  for (manual::Index i = 0; i < x.cols(); ++i)
    ASSERT_LE(ulps(y(0, i), std::tanh(Exact<TypeParam>(x(0, i)))), RunningError::kRationalUlps) << x(0, i);
}

TYPED_TEST(TanhOverItsRange, IsOddAndStaysWithinOne) {
  manual::Tanh<TypeParam> layer(TanhSpec{}), mirrored(TanhSpec{});
  const manual::Matrix<TypeParam> x = this->inputs(), minus_x = -x;
  const manual::Matrix<TypeParam>& y = layer.forward(x);
  EXPECT_EQ(y, -mirrored.forward(minus_x));
  EXPECT_LE(y.cwiseAbs().maxCoeff(), 1);
}

TYPED_TEST(TanhOverItsRange, EndsAtOneWhereTheGradientVanishes) {
  constexpr TypeParam kInfinity = std::numeric_limits<TypeParam>::infinity();
  manual::Tanh<TypeParam> layer(TanhSpec{});
  const manual::Matrix<TypeParam> x{
      {-kInfinity, -1000, 1000, std::numeric_limits<TypeParam>::max(), kInfinity}};
  const manual::Matrix<TypeParam> y = layer.forward(x);
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, x.cols(), -3);
  const manual::Matrix<TypeParam> d_x = layer.backward(d_y);
  for (manual::Index i = 0; i < x.cols(); ++i) {
    EXPECT_EQ(y(0, i), x(0, i) < 0 ? -1 : 1) << x(0, i);
    EXPECT_EQ(d_x(0, i), 0) << x(0, i);
  }
}

// Alone in its row, where tanh is the standard library's, and among others, where it is Eigen's.
TYPED_TEST(TanhOverItsRange, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Tanh<TypeParam> layer(TanhSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Ones(1, columns);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Tanh, NamesTheShapeItExpected) {
  manual::Tanh<double> layer(TanhSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
