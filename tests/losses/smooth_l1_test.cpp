#include "manual/losses/smooth_l1.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec smooth_l1(double beta, Reduction reduction = Reduction::mean) {
  return loss_alone(SmoothL1LossSpec{.beta = beta, .reduction = reduction});
}

// A parabola below ½, straight lines above it; at ½ both say the same.
TEST(SmoothL1Loss, IsAParabolaWithStraightArms) {
  const OwnedBatch batch = one_sample({0.25, -0.25, 3.5, -3, 0.5, -0.5, 0, 1}, {0, 0, 0.5, 0, 0, 0, 0, 0});
  const double sum = 0.0625 + 0.0625 + 2.75 + 2.75 + 0.25 + 0.25 + 0 + 0.75;
  for (const Backend* backend : backends()) {
    const Gradients mean = loaded(*backend, smooth_l1(0.5), {})->gradients(batch.view());
    EXPECT_EQ(mean.loss, sum / 8) << backend->name();
    EXPECT_THAT(mean.input->to_doubles(),
                ElementsAre(0.5 / 8, -0.5 / 8, 1.0 / 8, -1.0 / 8, 1.0 / 8, -1.0 / 8, 0, 1.0 / 8))
        << backend->name();
    const Gradients summed = loaded(*backend, smooth_l1(0.5, Reduction::sum), {})->gradients(batch.view());
    EXPECT_EQ(summed.loss, sum) << backend->name();
    EXPECT_THAT(summed.input->to_doubles(), ElementsAre(0.5, -0.5, 1, -1, 1, -1, 0, 1)) << backend->name();
  }
}

// One over beta is what tells it from Huber's loss.
TEST(SmoothL1Loss, IsHubersLossOverBeta) {
  for (const double beta : {0.25, 1.0, 4.0}) {
    const OwnedBatch batch = random_case(smooth_l1(beta), 7, 5, 1).batches[0];
    for (const Backend* backend : backends()) {
      const Gradients smooth = loaded(*backend, smooth_l1(beta), {})->gradients(batch.view());
      const Gradients huber =
          loaded(*backend, loss_alone(HuberLossSpec{.delta = beta}), {})->gradients(batch.view());
      EXPECT_NEAR(beta * smooth.loss, huber.loss, 1e-15) << backend->name();
      for (std::size_t i = 0; i < 35; ++i)
        EXPECT_NEAR(beta * smooth.input->to_doubles()[i], huber.input->to_doubles()[i], 1e-16);
    }
  }
}

TEST(SmoothL1Loss, NanIsNotHidden) {
  for (const Backend* backend : backends())
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<double> outputs(9, 1.0);
      outputs[at] = std::nan("");
      const Gradients gradients =
          loaded(*backend, smooth_l1(1), {})->gradients(one_sample(outputs, std::vector(9, 0.5)).view());
      EXPECT_TRUE(std::isnan(gradients.loss)) << backend->name();
      EXPECT_TRUE(std::isnan(gradients.input->to_doubles()[at])) << backend->name();
    }
}

TEST(SmoothL1LossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random(
      [] {
        const SmoothL1LossSpec loss{.beta = drawn_from(std::vector{0.05, 0.5, 1.0, 2.5}),
                                    .reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
        return loss_example("random", loss, {drawn(1, 19), drawn(1, 11)},
                            drawn_from(std::vector{1e-3, 1.0, 30.0}));
      },
      {.finite_differences = false});
}

TEST(SmoothL1LossTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(smooth_l1(1), rounded_to_integers(random_case(smooth_l1(1), 8, 2, seed)));
}

TEST(SmoothL1Loss, RefusesABetaThatIsNoDistance) {
  EXPECT_THROW_MESSAGE(validate(smooth_l1(0)), UsageError, "beta is 0", "take the loss l1");
  EXPECT_THROW_MESSAGE(validate(smooth_l1(-1)), UsageError, "beta is -1", "above 0");
  EXPECT_THROW_MESSAGE(validate(smooth_l1(std::nan(""))), UsageError, "beta is nan");
}

TEST(SmoothL1Loss, NamesTheShapeItExpected) {
  manual::SmoothL1Loss<double> loss(SmoothL1LossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
double worst_ulps_of_smooth_l1(double beta, double scale) {
  constexpr manual::Index kRows = 64, kColumns = 129;
  std::srand(1);
  const manual::Matrix<Scalar> y = manual::Matrix<Scalar>::Random(kRows, kColumns) * Scalar(scale),
                               t = manual::Matrix<Scalar>::Random(kRows, kColumns);
  using Real = Exact<Scalar>;
  Real sum = 0;
  const Real b = Real(Scalar(beta));
  for (manual::Index i = 0; i < y.size(); ++i) {
    const Real d = std::abs(Real(y.data()[i]) - Real(t.data()[i]));
    sum += d < b ? d * d / (2 * b) : d - b / 2;
  }
  manual::SmoothL1Loss<Scalar> loss(SmoothL1LossSpec{.beta = beta});
  return ulps(loss.forward(y, t), sum / static_cast<Real>(y.size()));
}

TEST(SmoothL1Loss, IsAsExactAsTheHeaderSays) {
  double worst = 0;
  for (const double beta : {0.01, 0.7, 1.0, 5.0})
    for (const double scale : {0.01, 1.0, 100.0}) {
      worst = std::max(worst, worst_ulps_of_smooth_l1<float>(beta, scale));
      worst = std::max(worst, worst_ulps_of_smooth_l1<double>(beta, scale));
    }
  EXPECT_LE(worst, 2);
}

}  // namespace
}  // namespace twin
