#include "manual/losses/cosine_embedding.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

class CosineEmbeddingOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  // Pairs in the plane.
  Gradients gradients(const CosineEmbeddingLossSpec& kind, std::vector<double> values,
                      std::vector<double> signs) const {
    const auto pairs = static_cast<std::int64_t>(signs.size());
    const Tensor outputs("inputs", {pairs, 2, 2}, std::move(values)),
        targets("targets", {pairs}, std::move(signs));
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({outputs.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, CosineEmbeddingOnEachSide, testing::ValuesIn(backends()), backend_name);

// (3, 4) beside (2, 0): the cosine is 0.6, the lengths 5 and 2.
TEST_P(CosineEmbeddingOnEachSide, IsWorkedOutByHand) {
  const Gradients alike = gradients({}, {3, 4, 2, 0}, {1}), unlike = gradients({}, {3, 4, 2, 0}, {-1});
  EXPECT_NEAR(alike.loss, 0.4, 1e-12);
  EXPECT_NEAR(unlike.loss, 0.6, 1e-12);
  // x2/(5·2) - 0.6·x1/25 and x1/(5·2) - 0.6·x2/4
  const std::vector<double> slope{0.2 - 0.072, -0.096, 0.3 - 0.3, 0.4};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(alike.input->to_doubles()[i], -slope[i], 1e-12);
    EXPECT_NEAR(unlike.input->to_doubles()[i], slope[i], 1e-12);
  }
}

TEST_P(CosineEmbeddingOnEachSide, PairsBeyondTheMarginCostNothing) {
  const Gradients result = gradients({.margin = 0.7}, {3, 4, 2, 0, 1, 0, -1, 0}, {-1, -1});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), testing::Each(0));
}

// A right angle is a cosine of 0: there LibTorch's clamp_min hands the gradient on.
TEST_P(CosineEmbeddingOnEachSide, AtTheKinkTheGradientIsWhole) {
  const Gradients result = gradients({}, {1, 0, 0, 2}, {-1});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(0, DoubleNear(1, 1e-11), DoubleNear(0.5, 1e-11), 0));
}

TEST_P(CosineEmbeddingOnEachSide, AVectorOfZerosHasACosineOfZero) {
  const Gradients result = gradients({}, {0, 0, 3, 4}, {1});
  EXPECT_EQ(result.loss, 1);
  EXPECT_NEAR(result.input->to_doubles()[0], -3 / (5 * std::sqrt(static_cast<double>(1e-12F))), 1);
  EXPECT_THAT(result.input->to_doubles()[2], DoubleNear(0, 1e-12));
}

// A longer vector has the same cosine: the gradient has no part along it.
TEST_P(CosineEmbeddingOnEachSide, GradientIsAcrossItsVector) {
  for (Seed seed = 1; seed <= 10; ++seed) {
    const Example example = loss_example("across", CosineEmbeddingLossSpec{}, {7, 2, 5});
    const OwnedBatch batch = example_case(example, seed).batches[0];
    const std::vector<double> y = batch.inputs.to_doubles(), d = loaded(*GetParam(), example.spec, {})
                                                                     ->gradients(batch.view())
                                                                     .input->to_doubles();
    double largest = 0;
    for (std::size_t row = 0; row < 14; ++row) {
      double along = 0;
      for (std::size_t i = 5 * row; i < 5 * row + 5; ++i) {
        along += y[i] * d[i];
        largest = std::max(largest, std::abs(d[i]));
      }
      EXPECT_NEAR(along, 0, 1e-11);
    }
    EXPECT_GT(largest, 0.01) << "vacuous";
  }
}

TEST_P(CosineEmbeddingOnEachSide, RefusesWhatItCannotTake) {
  const auto loss = [&](const Tensor& outputs, const Tensor& targets) {
    loaded(*GetParam(), loss_alone(CosineEmbeddingLossSpec{}), {})->loss({outputs.view(), targets.view()});
  };
  const Tensor pairs("inputs", {1, 2, 3}, std::vector<double>(6, 1)),
      triplets("inputs", {1, 3, 2}, std::vector<double>(6, 1)),
      flat("inputs", {3, 2}, std::vector<double>(6, 1)), sign("targets", {1}, std::vector<double>{1}),
      zero("targets", {1}, std::vector<double>{0});
  EXPECT_NO_THROW(loss(pairs, sign));
  EXPECT_THROW_MESSAGE(loss(triplets, sign), ShapeError, "expected pairs, N×2×D, got 1×3×2");
  EXPECT_THROW_MESSAGE(loss(flat, sign), ShapeError, "expected pairs, N×2×D, got 3×2");
  EXPECT_THROW_MESSAGE(loss(pairs, zero), DataError, "a target is 0", "give 1 or -1");
}

TEST(CosineEmbeddingLoss, RefusesAMarginThatIsNoNumber) {
  EXPECT_THROW_MESSAGE(
      validate(loss_alone(CosineEmbeddingLossSpec{.margin = std::numeric_limits<double>::quiet_NaN()})),
      UsageError, "margin is nan");
}

// By hand alone: LibTorch multiplies the squared lengths, which overflows, and finds a right angle.
TEST(CosineEmbeddingLoss, LongVectorsKeepTheirAngle) {
  manual::CosineEmbeddingLoss<float> loss(CosineEmbeddingLossSpec{});
  const std::vector<float> pair{3e15F, 4e15F, 2e15F, 0}, sign{1};
  EXPECT_NEAR(loss.forward({pair.data(), manual::Extents(1, 2, 2)}, {sign.data(), manual::Extents(1)}), 0.4,
              1e-6);
}

TEST(CosineEmbeddingLossTwin, GradientsMatchOnRandomShapesAndMargins) {
  expect_twins_agree_on_random(
      [] {
        const CosineEmbeddingLossSpec kind{.margin = drawn_from(std::vector{0.0, 0.25, -0.5})};
        return loss_example("random", kind, {drawn(1, 19), 2, drawn(2, 9)},
                            drawn_from(std::vector{1e-3, 1.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(CosineEmbeddingLoss, NamesTheShapeItExpected) {
  manual::CosineEmbeddingLoss<double> loss(CosineEmbeddingLossSpec{});
  const std::vector<double> values(6, 1);
  EXPECT_THROW_MESSAGE(
      loss.forward({values.data(), manual::Extents(3, 2)}, {values.data(), manual::Extents(3)}), ShapeError,
      "expected outputs N×2×D and N targets, got 3×2 and 3");
}

}  // namespace
}  // namespace twin
