#include "manual/losses/hinge.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec hinge() { return loss_alone(HingeLossSpec{}); }

TEST(HingeLoss, IsTheMeanOverAllElements) {
  manual::HingeLoss<double> loss(HingeLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Constant(2, 3, 0.25);
  const manual::Matrix<double> t = manual::Matrix<double>::Constant(2, 3, -1);
  EXPECT_EQ(loss.forward(y, t), 1.25);
  EXPECT_TRUE(loss.backward().isApproxToConstant(1.0 / 6));  // by N alone it would be ½
}

// Right by more than the margin, right by less, wrong, on the margin: for either sign.
TEST(HingeLoss, GradientIsMinusTheTargetInsideTheMargin) {
  const OwnedBatch batch = one_sample({2, 0.5, -3, 1, -2, -0.5, 3, -1}, {1, 1, 1, 1, -1, -1, -1, -1});
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, hinge(), {})->gradients(batch.view());
    EXPECT_EQ(gradients.loss, (0.5 + 4) * 2 / 8) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(0, -0.125, -0.125, 0, 0, 0.125, 0.125, 0))
        << backend->name();
  }
}

TEST(HingeLoss, MarginsMetByExactNumbersAreNoCloseDecisions) {
  const DecisionRecorder decisions(unit_roundoff(DType::float32));
  manual::HingeLoss<RunningError> loss(HingeLossSpec{});
  const manual::Matrix<RunningError> y = manual::Matrix<RunningError>::Constant(2, 3, RunningError(-1));
  loss.forward(y, y);
  loss.backward();
  EXPECT_EQ(decisions.decisions(), 6);
  EXPECT_EQ(decisions.too_close(), 0);
}

TEST(HingeLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        return loss_example("random", HingeLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                            drawn_from(std::vector{0.5, 2.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(HingeLoss, BothSignsAreDrawn) {
  for (Seed seed = 1; seed <= 20; ++seed) {
    const OwnedBatch batch = random_batch(hinge(), {2, 1}, DType::float32, seed);
    EXPECT_THAT(batch.targets.to_doubles(), testing::UnorderedElementsAre(1, -1));
  }
}

TEST(HingeLoss, RefusesTargetsThatAreNoSign) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double wrong : {0.0, 0.5, 2.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW_MESSAGE(
            loaded(*backend, hinge(), {}, dtype)->loss(one_sample({1, 2}, {1, wrong}).as(dtype).view()),
            DataError, "a target is " + fmt::format("{}", wrong), "give 1 or -1");
}

TEST(HingeLoss, NanOutputsAreNotHidden) {
  for (std::size_t at = 0; at < 17; ++at) {
    std::vector<double> outputs(17, 1.0);
    outputs[at] = std::nan("");
    const OwnedBatch batch = one_sample(outputs, std::vector(17, 1.0));
    for (const DType dtype : {DType::float64, DType::float32})
      for (const Backend* backend : backends())
        EXPECT_TRUE(std::isnan(loaded(*backend, hinge(), {}, dtype)->loss(batch.as(dtype).view())))
            << backend->name() << ", NaN at " << at;
  }
}

TEST(HingeLoss, NamesTheShapeItExpected) {
  manual::HingeLoss<double> loss(HingeLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
void expect_exact_mean_hinge(manual::Index rows, manual::Index columns) {
  std::srand(1);
  const manual::Matrix<Scalar> y = Scalar(2) * manual::Matrix<Scalar>::Random(rows, columns),
                               t = manual::Matrix<Scalar>::Random(rows, columns).unaryExpr([](Scalar x) {
                                 return x < 0 ? Scalar(-1) : Scalar(1);
                               });
  Exact<Scalar> sum = 0;
  for (manual::Index i = 0; i < y.size(); ++i)
    sum += std::max(Exact<Scalar>(0), 1 - Exact<Scalar>(t.data()[i]) * Exact<Scalar>(y.data()[i]));
  manual::HingeLoss<Scalar> loss(HingeLossSpec{});
  EXPECT_LE(ulps(loss.forward(y, t), sum / static_cast<Exact<Scalar>>(y.size())), 2)
      << rows << "×" << columns;
}

TEST(HingeLoss, IsAsExactAsTheHeaderSays) {
  for (const manual::Index rows : {4, 256})
    for (const manual::Index columns : {33, 2048}) {
      expect_exact_mean_hinge<float>(rows, columns);
      expect_exact_mean_hinge<double>(rows, columns);
    }
}

}  // namespace
}  // namespace twin
