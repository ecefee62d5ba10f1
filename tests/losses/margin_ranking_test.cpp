#include "manual/losses/margin_ranking.hpp"

#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

class MarginRankingOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const MarginRankingLossSpec& kind, const Tensor& outputs,
                      std::vector<double> signs) const {
    Shape pairs = outputs.shape();
    pairs.erase(pairs.begin() + 1);
    const Tensor targets("targets", std::move(pairs), std::move(signs));
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({outputs.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, MarginRankingOnEachSide, testing::ValuesIn(backends()), backend_name);

// In order by more than the margin, by less, out of order, and at the margin.
TEST_P(MarginRankingOnEachSide, IsWorkedOutByHand) {
  const Tensor outputs("inputs", {4, 2}, std::vector<double>{5, 1, 1, 2, 3, 1, 1, 3});
  const Gradients result = gradients({.margin = 2}, outputs, {1, -1, -1, -1});
  EXPECT_EQ(result.loss, (0 + 1 + 4 + 0) / 4.0);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(0, 0, 0.25, -0.25, 0.25, -0.25, 0.25, -0.25));
}

// The first of all x1, then of all x2, for each sample.
TEST_P(MarginRankingOnEachSide, PairsLieAlongTheSecondExtent) {
  const Tensor outputs("inputs", {1, 2, 2}, std::vector<double>{1, 2, 3, 1});
  const Gradients result = gradients({}, outputs, {1, 1});
  EXPECT_EQ(result.loss, 1);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(-0.5, 0, 0.5, 0));
  EXPECT_EQ(result.input->shape(), (Shape{1, 2, 2}));
}

TEST_P(MarginRankingOnEachSide, EqualsAreToldApartWithoutAMargin) {
  const Tensor outputs("inputs", {2, 2}, std::vector<double>{0.5, 0.5, -3, -3});
  const Gradients result = gradients({}, outputs, {1, -1});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(-0.5, 0.5, 0.5, -0.5));
}

TEST_P(MarginRankingOnEachSide, RefusesWhatItCannotTake) {
  const auto loss = [&](const Tensor& outputs, const Tensor& targets) {
    loaded(*GetParam(), loss_alone(MarginRankingLossSpec{}), {})->loss({outputs.view(), targets.view()});
  };
  const Tensor pairs("inputs", {3, 2}, std::vector<double>(6, 1)),
      triplets("inputs", {2, 3}, std::vector<double>(6, 1)),
      signs("targets", {3}, std::vector<double>{1, -1, 1}),
      numbers("targets", {3}, std::vector<double>{1, 0.5, 1}),
      matrix("targets", {3, 2}, std::vector<double>(6, 1));
  EXPECT_NO_THROW(loss(pairs, signs));
  EXPECT_THROW_MESSAGE(loss(triplets, signs), ShapeError, "expected pairs, N×2×…, got 2×3");
  EXPECT_THROW_MESSAGE(loss(pairs, matrix), ShapeError, "targets: expected 3, got 3×2");
  EXPECT_THROW_MESSAGE(loss(pairs, numbers), DataError, "a target is 0.5", "give 1 or -1");
}

TEST(MarginRankingLoss, RefusesAMarginThatIsNoNumber) {
  EXPECT_THROW_MESSAGE(
      validate(loss_alone(MarginRankingLossSpec{.margin = std::numeric_limits<double>::infinity()})),
      UsageError, "margin is inf");
}

TEST(MarginRankingLoss, EqualNumbersAreNoCloseDecisions) {
  const DecisionRecorder decisions(unit_roundoff(DType::float32));
  const std::vector<RunningError> outputs(6, RunningError(5)), signs(3, RunningError(-1));
  manual::MarginRankingLoss<RunningError> loss(MarginRankingLossSpec{});
  loss.forward({outputs.data(), manual::Extents(3, 2)}, {signs.data(), manual::Extents(3)});
  loss.backward();
  EXPECT_EQ(decisions.decisions(), 3);
  EXPECT_EQ(decisions.too_close(), 0);
}

TEST(MarginRankingLossTwin, GradientsMatchOnRandomShapesAndMargins) {
  expect_twins_agree_on_random(
      [] {
        Shape outputs{drawn(1, 19), 2, drawn(1, 7), drawn(1, 3)};
        outputs.resize(static_cast<std::size_t>(drawn(2, 4)));
        const MarginRankingLossSpec kind{.margin = drawn_from(std::vector{0.0, 0.25, 1.0, -0.5})};
        return loss_example("random", kind, std::move(outputs), drawn_from(std::vector{0.5, 1.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(MarginRankingLoss, NamesTheTargetsItExpected) {
  manual::MarginRankingLoss<double> loss(MarginRankingLossSpec{});
  const std::vector<double> values(6, 1);
  EXPECT_THROW_MESSAGE(
      loss.forward({values.data(), manual::Extents(3, 2)}, {values.data(), manual::Extents(2)}), ShapeError,
      "expected one for each pair of 3×2, got 2");
}

}  // namespace
}  // namespace twin
