#include "manual/layers/leaky_relu.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

NetworkSpec leaky_relu(double slope) { return layer_alone({"leaky_relu", LeakyReluSpec{slope}}); }

TEST(LeakyReluTwin, GradientsMatchOnRandomShapesAndSlopes) {
  expect_twins_agree_on_random(
      [] {
        const LeakyReluSpec spec{drawn_from(std::vector{0.01, 0.0, 0.3, 1.0, 2.5, -0.7})};
        return layer_example("random", {{"leaky_relu", spec}}, {drawn(1, 19), drawn(1, 39)},
                             drawn_from(std::vector{1e-6, 1.0, 1e6}));
      },
      {.finite_differences = false});
}

// A seventh of these inputs lies on the kink, and no product is rounded: no tolerance at all.
TEST(LeakyReluTwin, GradientsAreEqualBitForBitOnTheKink) {
  for (const double slope : {0.25, 0.0, -0.5, 2.0})
    for (Seed seed = 1; seed <= 5; ++seed)
      expect_twins_equal(leaky_relu(slope),
                         rounded_to_integers(random_case(leaky_relu(slope), 17, 13, seed)));
}

TEST(LeakyRelu, HasTheSlopeAsItsDerivativeAtZero) {
  manual::LeakyRelu<double> layer(LeakyReluSpec{0.25});
  const double tiny = std::numeric_limits<double>::min();
  const manual::Matrix<double> x{{-2, -tiny, -0.0, 0, tiny, 2}};
  const manual::Matrix<double> d_y = manual::Matrix<double>::Constant(1, 6, -4);
  EXPECT_EQ(layer.forward(x), (manual::Matrix<double>{{-0.5, -tiny / 4, 0, 0, tiny, 2}}));
  EXPECT_EQ(layer.backward(d_y), (manual::Matrix<double>{{-1, -1, -1, -1, -4, -4}}));
}

// The output of a negative slope has no sign of its input, and max(x, slope·x) is not right from 1 on.
TEST(LeakyRelu, TheSignOfTheInputDecidesWhateverTheSlope) {
  const manual::Matrix<double> x{{-2, 3}}, d_y{{10, 10}};
  for (const double slope : {-0.5, 0.5, 1.5}) {
    manual::LeakyRelu<double> layer(LeakyReluSpec{slope});
    EXPECT_EQ(layer.forward(x), (manual::Matrix<double>{{-2 * slope, 3}})) << slope;
    EXPECT_EQ(layer.backward(d_y), (manual::Matrix<double>{{10 * slope, 10}})) << slope;
  }
}

TEST(LeakyRelu, NanAndInfinityStay) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const manual::Index columns : {1, 4, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::LeakyRelu<double> layer(LeakyReluSpec{});
      manual::Matrix<double> x = manual::Matrix<double>::Constant(1, columns, -kInfinity);
      x(0, at) = std::numeric_limits<double>::quiet_NaN();
      const manual::Matrix<double> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_TRUE(i == at ? std::isnan(y(0, i)) : y(0, i) == -kInfinity)
            << columns << " columns, NaN at " << at;
    }
}

TEST(LeakyRelu, RefusesASlopeThatIsNoNumber) {
  for (const double slope : {std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW_MESSAGE(validate(leaky_relu(slope)), LayerError,
                         fmt::format("leaky_relu: negative_slope is {}, expected a finite number", slope));
}

TEST(LeakyRelu, NamesTheShapeItExpected) {
  manual::LeakyRelu<double> layer(LeakyReluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
