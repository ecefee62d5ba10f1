#include "manual/losses/l1.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec l1() { return loss_alone(L1LossSpec{}); }

TEST(L1Loss, IsTheMeanOverAllElements) {
  manual::L1Loss<double> loss(L1LossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Constant(2, 3, 5);
  const manual::Matrix<double> t = manual::Matrix<double>::Constant(2, 3, 2);
  EXPECT_EQ(loss.forward(y, t), 3);
  EXPECT_TRUE(loss.backward().isApproxToConstant(1.0 / 6));  // by N alone it would be ½
}

TEST(L1Loss, OrTheSum) {
  const NetworkSpec sum = loss_alone(L1LossSpec{.reduction = Reduction::sum});
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, sum, {})->gradients(one_sample({2, -3, 0.5}, {0, 0, 0.25}).view());
    EXPECT_EQ(gradients.loss, 5.25) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(1, -1, 1)) << backend->name();
  }
}

// The kink: on either side of it the slope is whole, on it there is none. -0 is 0.
TEST(L1Loss, GradientIsTheSignAndZeroWhereTheTargetIsMet) {
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  const OwnedBatch batch = one_sample({2, -3, kTiny, -kTiny, 0.5, 0, -0.0, 0}, {0, 0, 0, 0, 0.5, -0.0, 0, 0});
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, l1(), {})->gradients(batch.view());
    EXPECT_EQ(gradients.loss, 5.0 / 8) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(0.125, -0.125, 0.125, -0.125, 0, 0, 0, 0))
        << backend->name();
  }
}

TEST(L1Loss, TiesOfExactNumbersAreNoCloseDecisions) {
  const DecisionRecorder decisions(unit_roundoff(DType::float32));
  manual::L1Loss<RunningError> loss(L1LossSpec{});
  const manual::Matrix<RunningError> y = manual::Matrix<RunningError>::Constant(2, 3, RunningError(5));
  loss.forward(y, y);
  EXPECT_EQ(decisions.decisions(), 12);
  EXPECT_EQ(decisions.too_close(), 0);
}

// 2⁴ elements: the mean divides exactly, so not even its rounding is left.
TEST(L1LossTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(l1(), rounded_to_integers(random_case(l1(), 8, 2, seed)));
}

TEST(L1LossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        return loss_example("random", L1LossSpec{}, {drawn(1, 19), drawn(1, 11)});
      },
      {.finite_differences = false});
}

TEST(L1Loss, NamesTheShapeItExpected) {
  manual::L1Loss<double> loss(L1LossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
void expect_exact_mean_distance(manual::Index rows, manual::Index columns) {
  std::srand(1);
  const manual::Matrix<Scalar> y = manual::Matrix<Scalar>::Random(rows, columns),
                               t = manual::Matrix<Scalar>::Random(rows, columns);
  Exact<Scalar> sum = 0;
  for (manual::Index i = 0; i < y.size(); ++i)
    sum += std::abs(Exact<Scalar>(y.data()[i]) - Exact<Scalar>(t.data()[i]));
  manual::L1Loss<Scalar> loss(L1LossSpec{});
  EXPECT_LE(ulps(loss.forward(y, t), sum / static_cast<Exact<Scalar>>(y.size())), 2)
      << rows << "×" << columns;
}

TEST(L1Loss, IsAsExactAsTheHeaderSays) {
  for (const manual::Index rows : {1, 4, 256})
    for (const manual::Index columns : {1, 33, 2048}) {
      expect_exact_mean_distance<float>(rows, columns);
      expect_exact_mean_distance<double>(rows, columns);
    }
}

}  // namespace
}  // namespace twin
