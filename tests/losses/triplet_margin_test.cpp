#include "manual/losses/triplet_margin.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

class TripletMarginOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const TripletMarginLossSpec& kind, const Tensor& outputs) const {
    const Tensor targets("targets", {outputs.shape()[0], 0}, std::vector<double>{});
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({outputs.view(), targets.view()});
  }
  // One triplet in the plane.
  Gradients of_one(const TripletMarginLossSpec& kind, std::vector<double> values) const {
    return gradients(kind, {"inputs", {1, 3, 2}, std::move(values)});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, TripletMarginOnEachSide, testing::ValuesIn(backends()), backend_name);

// The positive is 5 away, along 3 and 4, the negative 2 along the first axis.
TEST_P(TripletMarginOnEachSide, IsWorkedOutByHand) {
  const Gradients result = of_one({.eps = 0}, {3, 4, 0, 0, 1, 4});
  EXPECT_EQ(result.loss, 1 + 5 - 2);
  const std::vector<double> d = result.input->to_doubles();
  EXPECT_THAT(d, ElementsAre(DoubleNear(0.6 - 1, 1e-15), DoubleNear(0.8, 1e-15), DoubleNear(-0.6, 1e-15),
                             DoubleNear(-0.8, 1e-15), DoubleNear(1, 1e-15), 0));
}

TEST_P(TripletMarginOnEachSide, EpsIsAddedToEachDifference) {
  const Gradients result = of_one({.eps = 1}, {2, 3, 0, 0, 2, 3});
  EXPECT_DOUBLE_EQ(result.loss, 1 + 5 - std::sqrt(2));
}

TEST_P(TripletMarginOnEachSide, ATripletBeyondTheMarginCostsNothing) {
  const Gradients result = of_one({}, {0, 0, 1, 0, 0, 3});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), testing::Each(0));
}

// Both distances are the same number: LibTorch's clamp_min hands the gradient on.
TEST_P(TripletMarginOnEachSide, AtTheKinkTheGradientIsWhole) {
  const Gradients result = of_one({.margin = 0, .eps = 0}, {0, 0, -1, 0, 0, 1});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(1, 1, -1, 0, 0, -1));
}

// The negative is 5 from the anchor, 1 from the positive.
TEST_P(TripletMarginOnEachSide, SwapTakesTheNearerDistanceToTheNegative) {
  const std::vector<double> triplet{0, 0, 4, 0, 5, 0};
  EXPECT_EQ(of_one({.margin = 0.5, .eps = 0}, triplet).loss, 0);
  const Gradients swapped = of_one({.margin = 0.5, .eps = 0, .swap = true}, triplet);
  EXPECT_EQ(swapped.loss, 0.5 + 4 - 1);
  EXPECT_THAT(swapped.input->to_doubles(), ElementsAre(-1, 0, 1 + 1, 0, -1, 0));
}

// Where anchor and positive are one, both distances to the negative are the same number.
TEST_P(TripletMarginOnEachSide, EqualDistancesShareTheGradientOfASwap) {
  const Gradients result = of_one({.margin = 6, .swap = true}, {1, 2, 1, 2, 4, 6});
  const std::vector<double> d = result.input->to_doubles();
  const double toward = -std::sqrt(0.5);  // of the positive's distance, which eps alone makes
  EXPECT_THAT(d, ElementsAre(DoubleNear(-toward + 0.3, 1e-6), DoubleNear(-toward + 0.4, 1e-6),
                             DoubleNear(toward + 0.3, 1e-6), DoubleNear(toward + 0.4, 1e-6),
                             DoubleNear(-0.6, 1e-6), DoubleNear(-0.8, 1e-6)));
}

TEST_P(TripletMarginOnEachSide, GradientsOfATripletAddUpToZero) {
  for (const bool swap : {false, true}) {
    const Example example = loss_example("sums", TripletMarginLossSpec{.margin = 3, .swap = swap}, {7, 3, 5});
    const OwnedBatch batch = example_case(example, 1).batches[0];
    const std::vector<double> d =
        loaded(*GetParam(), example.spec, {})->gradients(batch.view()).input->to_doubles();
    double largest = 0;
    for (std::size_t n = 0; n < 7; ++n)
      for (std::size_t i = 0; i < 5; ++i) {
        const std::size_t at = 15 * n + i;
        EXPECT_NEAR(d[at] + d[at + 5] + d[at + 10], 0, 1e-16);
        largest = std::max(largest, std::abs(d[at]));
      }
    EXPECT_GT(largest, 0.01) << "vacuous";
  }
}

TEST_P(TripletMarginOnEachSide, RefusesWhatItCannotTake) {
  EXPECT_THROW_MESSAGE(gradients({}, {"inputs", {3, 2, 2}, std::vector<double>(12, 1)}), ShapeError,
                       "expected triplets, N×3×D, got 3×2×2");
  EXPECT_THROW_MESSAGE(gradients({}, {"inputs", {2, 3}, std::vector<double>(6, 1)}), ShapeError,
                       "expected triplets, N×3×D, got 2×3");
  const Tensor outputs("inputs", {1, 3, 1}, std::vector<double>(3, 1)),
      targets("targets", {1}, std::vector<double>{1});
  const auto network = loaded(*GetParam(), loss_alone(TripletMarginLossSpec{}), {});
  EXPECT_THROW_MESSAGE(network->loss({outputs.view(), targets.view()}), ShapeError,
                       "targets: expected 1×0, got 1");
}

TEST(TripletMarginLoss, RefusesNumbersThatAreNotFinite) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW_MESSAGE(validate(loss_alone(TripletMarginLossSpec{.margin = kInfinity})), UsageError,
                       "margin is inf");
  EXPECT_THROW_MESSAGE(validate(loss_alone(TripletMarginLossSpec{.eps = kInfinity})), UsageError,
                       "eps is inf");
}

// Two that differ by -eps have no distance, and no direction.
TEST(TripletMarginLoss, WithoutADistanceThereIsNoGradient) {
  manual::TripletMarginLoss<double> loss(TripletMarginLossSpec{.eps = 0.5});
  const std::vector<double> triplet{1, 1.5, 3};
  EXPECT_EQ(loss.forward({triplet.data(), manual::Extents(1, 3, 1)}, {}), 0);
  const std::vector<double> close{1, 1.5, 2};
  EXPECT_EQ(loss.forward({close.data(), manual::Extents(1, 3, 1)}, {}), 1 - 0.5);
  const manual::Matrix<double>& d_y = loss.backward();
  EXPECT_THAT(std::vector(d_y.data(), d_y.data() + 3), ElementsAre(1, 0, -1));
}

TEST(TripletMarginLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random(
      [] {
        const TripletMarginLossSpec kind{.margin = drawn_from(std::vector{0.25, 1.0, 2.0}),
                                         .eps = drawn_from(std::vector{1e-6, 0.25}),
                                         .swap = drawn_bool()};
        return loss_example("random", kind, {drawn(1, 19), 3, drawn(1, 7)},
                            drawn_from(std::vector{0.5, 1.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(TripletMarginLoss, NamesTheShapeItExpected) {
  manual::TripletMarginLoss<double> loss(TripletMarginLossSpec{});
  const std::vector<double> values(6, 1);
  EXPECT_THROW_MESSAGE(loss.forward({values.data(), manual::Extents(3, 2)}, {}), ShapeError,
                       "expected N×3×D, got 3×2");
}

}  // namespace
}  // namespace twin
