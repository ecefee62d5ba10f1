#include "manual/layers/selu.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

constexpr double kSeluAlpha = SeluSpec::kAlpha, kSeluScale = SeluSpec::kScale;

TEST(SeluTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        return layer_example("random", {{"selu", SeluSpec{}}}, {drawn(1, 7), drawn(1, 19)},
                             drawn_from(std::vector{1e-6, 1.0, 10.0}));
      },
      {.finite_differences = false});
}

// exp(-log 2) = ½. At 0 PyTorch takes the slope of the left side.
TEST(SeluTwin, EachSideFollowsTheFormulas) {
  const NetworkSpec spec = layer_alone({"selu", SeluSpec{}});
  const OwnedBatch batch{Tensor("inputs", {1, 3}, std::vector<double>{-std::log(2), 0, 2}),
                         Tensor("targets", {1, 3}, std::vector<double>{10, 10, 10})};
  const double y[] = {-kSeluScale * kSeluAlpha / 2, 0, 2 * kSeluScale};
  const double d_x[] = {5 * kSeluScale * kSeluAlpha, 10 * kSeluScale * kSeluAlpha, 10 * kSeluScale};
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, spec, {});
    const std::vector<double> outputs = network->predict(batch.inputs.view()).to_doubles();
    const std::vector<double> gradient = network->gradients(batch.view()).input->to_doubles();
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(outputs[i], y[i], 1e-15) << backend->name();
      EXPECT_NEAR(gradient[i], d_x[i], 1e-14) << backend->name();
    }
  }
}

// Mean 0 and variance 1 are a fixed point of the two constants. Simpson's rule over the normal distribution.
TEST(Selu, KeepsMeanAndVarianceOfTheNormalDistribution) {
  constexpr manual::Index kIntervals = 24000;
  constexpr double kReach = 12, kStep = 2 * kReach / kIntervals;
  manual::Matrix<double> x(1, kIntervals + 1);
  for (manual::Index i = 0; i <= kIntervals; ++i) x(0, i) = -kReach + kStep * static_cast<double>(i);
  manual::Selu<double> layer(SeluSpec{});
  const manual::Matrix<double>& y = layer.forward(x);
  double mean = 0, square = 0;
  for (manual::Index i = 0; i <= kIntervals; ++i) {
    const double weight = (i == 0 || i == kIntervals ? 1 : i % 2 ? 4 : 2) * kStep / 3;
    const double density = std::exp(-x(0, i) * x(0, i) / 2) / std::sqrt(2 * std::numbers::pi);
    mean += weight * density * y(0, i);
    square += weight * density * y(0, i) * y(0, i);
  }
  EXPECT_NEAR(mean, 0, 1e-9);
  EXPECT_NEAR(square, 1, 1e-9);
}

// exp(x) - 1, taken as a difference, would have no digit right.
TEST(Selu, KeepsTheDigitsOfSmallInputs) {
  manual::Selu<double> layer(SeluSpec{});
  const manual::Matrix<double> x{{-1e-15, 1e-15}};
  const manual::Matrix<double>& y = layer.forward(x);
  EXPECT_DOUBLE_EQ(y(0, 0), -kSeluScale * kSeluAlpha * 1e-15);
  EXPECT_DOUBLE_EQ(y(0, 1), kSeluScale * 1e-15);
}

template <typename Scalar>
class SeluAtTheEnds : public testing::Test {};
using SeluScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SeluAtTheEnds, SeluScalars);

TYPED_TEST(SeluAtTheEnds, SaturatesBelowAndGrowsAbove) {
  manual::Selu<TypeParam> layer(SeluSpec{});
  const manual::Matrix<TypeParam> x{{-std::numeric_limits<TypeParam>::infinity(), -1000, 1000}};
  const manual::Matrix<TypeParam> d_y = manual::Matrix<TypeParam>::Constant(1, 3, -3);
  const manual::Matrix<TypeParam> y = layer.forward(x), d_x = layer.backward(d_y);
  const auto scale = static_cast<TypeParam>(kSeluScale), alpha = static_cast<TypeParam>(kSeluAlpha);
  for (manual::Index i = 0; i < 2; ++i) {
    EXPECT_EQ(y(0, i), -(scale * alpha));
    EXPECT_EQ(d_x(0, i), 0);
  }
  EXPECT_EQ(y(0, 2), scale * 1000);
  EXPECT_EQ(d_x(0, 2), -3 * scale);
}

TYPED_TEST(SeluAtTheEnds, NanStaysNanAndStaysAlone) {
  for (const manual::Index columns : {1, 4, 16, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Selu<TypeParam> layer(SeluSpec{});
      manual::Matrix<TypeParam> x = manual::Matrix<TypeParam>::Constant(1, columns, at % 2 ? 1 : -1);
      x(0, at) = std::numeric_limits<TypeParam>::quiet_NaN();
      const manual::Matrix<TypeParam> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_EQ(std::isnan(y(0, i)), i == at) << columns << " columns, NaN at " << at;
    }
}

TEST(Selu, NamesTheShapeItExpected) {
  manual::Selu<double> layer(SeluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
