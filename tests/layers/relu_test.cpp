#include "manual/layers/relu.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

NetworkSpec relu() { return layer_alone({"relu", ReluSpec{}}); }

TEST(ReluTwin, GradientsMatchOnRandomShapes) {
  EXPECT_TRUE(rc::check([] {
    const Example example = layer_example("random", {{"relu", ReluSpec{}}}, {drawn(1, 19), drawn(1, 39)});
    const Seed seed = drawn_seed();
    RC_ASSERT(disagreements(example, {.finite_differences = false, .seed = seed}) == "");
    RC_ASSERT(unequal_gradients(example, seed) == "");
  }));
}

// Nothing is rounded, and a seventh of these inputs lies on the kink: no tolerance at all.
TEST(ReluTwin, GradientsAreEqualBitForBitOnTheKink) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(relu(), rounded_to_integers(random_case(relu(), 17, 13, seed)));
}

TEST(Relu, HasTheDerivativeZeroAtZero) {
  manual::Relu<double> layer(ReluSpec{});
  const double tiny = std::numeric_limits<double>::denorm_min();
  const manual::Matrix<double> x{{-2, -tiny, -0.0, 0, tiny, 2}};
  const manual::Matrix<double> d_y = manual::Matrix<double>::Constant(1, 6, -3);
  EXPECT_EQ(layer.forward(x), (manual::Matrix<double>{{0, 0, 0, 0, tiny, 2}}));
  EXPECT_EQ(layer.backward(d_y), (manual::Matrix<double>{{0, 0, 0, 0, -3, -3}}));
}

// A ReLU that turned NaN into 0 would hide that a network has left the numbers.
TEST(Relu, NanAndInfinityStay) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const manual::Index columns : {1, 4, 35})
    for (manual::Index at = 0; at < columns; at += 3) {
      manual::Relu<double> layer(ReluSpec{});
      manual::Matrix<double> x = manual::Matrix<double>::Constant(1, columns, kInfinity);
      x(0, at) = std::numeric_limits<double>::quiet_NaN();
      const manual::Matrix<double> y = layer.forward(x);
      for (manual::Index i = 0; i < columns; ++i)
        EXPECT_TRUE(i == at ? std::isnan(y(0, i)) : y(0, i) == kInfinity)
            << columns << " columns, NaN at " << at;
    }
}

TEST(Relu, NamesTheShapeItExpected) {
  manual::Relu<double> layer(ReluSpec{});
  const manual::Matrix<double> x = manual::Matrix<double>::Zero(2, 3),
                               narrow = manual::Matrix<double>::Zero(2, 1);
  EXPECT_THROW(layer.backward(narrow), std::logic_error);
  layer.forward(x);
  EXPECT_THROW_MESSAGE(layer.backward(narrow), ShapeError, "expected 2×3, got 2×1");
}

}  // namespace
}  // namespace twin
