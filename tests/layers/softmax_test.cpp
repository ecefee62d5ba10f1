#include "manual/layers/softmax.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

TEST(SoftmaxTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    Shape input{drawn(1, 7), drawn(2, 19)};
    if (drawn_bool()) input.insert(input.begin() + 1, drawn(1, 4));
    return layer_example("random", {{"softmax", SoftmaxSpec{}}}, std::move(input),
                         drawn_from(std::vector{1e-6, 1.0, 10.0}));
  });
}

// exp(0), exp(log 2), exp(log 5) = 1, 2, 5. The second row is the first, moved by 100.
TEST(Softmax, FollowsItsFormulas) {
  manual::Softmax<double> layer(SoftmaxSpec{});
  const double two = std::log(2), five = std::log(5);
  const manual::Matrix<double> x{{0, two, five}, {100, 100 + two, 100 + five}};
  const manual::Matrix<double> d_y{{8, 16, 0}, {1, 1, 1}};
  const manual::Matrix<double> y = layer.forward(x), d_x = layer.backward(d_y);
  const manual::Matrix<double> row{{0.125, 0.25, 0.625}};
  EXPECT_TRUE(y.row(0).isApprox(row, 1e-15)) << y;
  EXPECT_TRUE(y.row(1).isApprox(row, 1e-13)) << y;
  // Σ y·d_y = 5: d_x = y·(3, 11, -5). What is constant over a row has no effect.
  EXPECT_TRUE(d_x.row(0).isApprox(manual::Matrix<double>{{0.375, 2.75, -3.125}}, 1e-14)) << d_x;
  EXPECT_LE(d_x.row(1).cwiseAbs().maxCoeff(), 1e-15) << d_x;
}

TEST(Softmax, GradientsOfARowSumToZero) {
  manual::Softmax<double> layer(SoftmaxSpec{});
  const manual::Matrix<double> x = 5.0 * manual::Matrix<double>::Random(7, 11),
                               d_y = manual::Matrix<double>::Random(7, 11);
  layer.forward(x);
  const manual::Matrix<double>& d_x = layer.backward(d_y);
  EXPECT_LE(d_x.rowwise().sum().cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_GT(d_x.cwiseAbs().minCoeff(), 0) << "vacuous";
}

template <typename Scalar>
class SoftmaxOverItsRange : public testing::Test {};
using SoftmaxScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SoftmaxOverItsRange, SoftmaxScalars);

TYPED_TEST(SoftmaxOverItsRange, RowsOfAnyLengthAreDistributions) {
  for (const manual::Index columns : {1, 2, 7, 16, 100, 1031}) {
    manual::Softmax<TypeParam> layer(SoftmaxSpec{});
    const manual::Matrix<TypeParam> x = TypeParam(20) * manual::Matrix<TypeParam>::Random(5, columns);
    const manual::Matrix<TypeParam> y = layer.forward(x);
    EXPECT_GE(y.minCoeff(), 0);
    for (manual::Index n = 0; n < 5; ++n)
      EXPECT_NEAR(y.row(n).template cast<double>().sum(), 1, 64 * unit_roundoff(dtype_of<TypeParam>()))
          << columns;
  }
}

TYPED_TEST(SoftmaxOverItsRange, NothingOverflows) {
  const TypeParam most = std::numeric_limits<TypeParam>::max();
  constexpr TypeParam kInfinity = std::numeric_limits<TypeParam>::infinity();
  manual::Softmax<TypeParam> layer(SoftmaxSpec{});
  // -∞ is what a mask writes.
  const manual::Matrix<TypeParam> x{{most, -most, 0}, {-1000, -1000, -kInfinity}, {1e30F, 1e30F, 1e30F}};
  const manual::Matrix<TypeParam> d_y{{1, 2, 3}, {1, 2, 3}, {1, 2, 3}};
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  const TypeParam third = TypeParam(1) / 3;
  const manual::Matrix<TypeParam> expected_y{{1, 0, 0}, {0.5, 0.5, 0}, {third, third, third}};
  const manual::Matrix<TypeParam> expected_d_x{{0, 0, 0}, {-0.25, 0.25, 0}, {-third, 0, third}};
  const auto u = static_cast<TypeParam>(unit_roundoff(dtype_of<TypeParam>()));
  EXPECT_LE((y - expected_y).cwiseAbs().maxCoeff(), 4 * u) << y;
  EXPECT_LE((d_x - expected_d_x).cwiseAbs().maxCoeff(), 16 * u) << d_x;
}

TYPED_TEST(SoftmaxOverItsRange, NanStaysInItsRow) {
  for (const manual::Index columns : {2, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Softmax<TypeParam> layer(SoftmaxSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Random(3, columns);
      x(1, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index n = 0; n < 3; ++n)
        for (manual::Index i = 0; i < columns; ++i)
          EXPECT_EQ(std::isnan(y(n, i)), n == 1) << columns << " columns, NaN at " << at;
    }
}

TEST(Softmax, NamesTheShapeItExpected) {
  manual::Softmax<double> layer(SoftmaxSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
