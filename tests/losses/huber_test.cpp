#include "manual/losses/huber.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec huber(double delta, Reduction reduction = Reduction::mean) {
  return loss_alone(HuberLossSpec{.delta = delta, .reduction = reduction});
}

// A parabola below ½, straight lines of slope ½ above it; at ½ both say the same.
TEST(HuberLoss, IsAParabolaWithStraightArms) {
  const OwnedBatch batch = one_sample({0.25, -0.25, 3.5, -3, 0.5, -0.5, 0, 1}, {0, 0, 0.5, 0, 0, 0, 0, 0});
  const double sum = 0.03125 + 0.03125 + 1.375 + 1.375 + 0.125 + 0.125 + 0 + 0.375;
  for (const Backend* backend : backends()) {
    const Gradients mean = loaded(*backend, huber(0.5), {})->gradients(batch.view());
    EXPECT_EQ(mean.loss, sum / 8) << backend->name();
    EXPECT_THAT(mean.input->to_doubles(),
                ElementsAre(0.25 / 8, -0.25 / 8, 0.5 / 8, -0.5 / 8, 0.5 / 8, -0.5 / 8, 0, 0.5 / 8))
        << backend->name();
    const Gradients summed = loaded(*backend, huber(0.5, Reduction::sum), {})->gradients(batch.view());
    EXPECT_EQ(summed.loss, sum) << backend->name();
    EXPECT_THAT(summed.input->to_doubles(), ElementsAre(0.25, -0.25, 0.5, -0.5, 0.5, -0.5, 0, 0.5))
        << backend->name();
  }
}

// Where no error reaches delta, it is half the squared error; where delta is small, delta times the distance.
TEST(HuberLoss, IsTheSquaredErrorNearAndTheDistanceFar) {
  const OwnedBatch batch = one_sample({2, -3, 0.5, 4}, {0, 0, 0, 1});
  for (const Backend* backend : backends()) {
    const Gradients near = loaded(*backend, huber(100), {})->gradients(batch.view());
    EXPECT_EQ(near.loss, (4 + 9 + 0.25 + 9) / 8) << backend->name();
    EXPECT_THAT(near.input->to_doubles(), ElementsAre(0.5, -0.75, 0.125, 0.75)) << backend->name();
    const Gradients far = loaded(*backend, huber(0x1p-20), {})->gradients(batch.view());
    EXPECT_NEAR(far.loss, 0x1p-20 * 8.5 / 4, 0x1p-40) << backend->name();
    EXPECT_THAT(far.input->to_doubles(), ElementsAre(0x1p-22, -0x1p-22, 0x1p-22, 0x1p-22)) << backend->name();
  }
}

TEST(HuberLoss, NanIsNotHidden) {
  for (const Backend* backend : backends())
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<double> outputs(9, 1.0);
      outputs[at] = std::nan("");
      const Gradients gradients =
          loaded(*backend, huber(1), {})->gradients(one_sample(outputs, std::vector(9, 0.5)).view());
      EXPECT_TRUE(std::isnan(gradients.loss)) << backend->name();
      EXPECT_TRUE(std::isnan(gradients.input->to_doubles()[at])) << backend->name();
    }
}

TEST(HuberLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random(
      [] {
        const HuberLossSpec loss{.delta = drawn_from(std::vector{0.05, 0.5, 1.0, 2.5}),
                                 .reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
        return loss_example("random", loss, {drawn(1, 19), drawn(1, 11)},
                            drawn_from(std::vector{1e-3, 1.0, 30.0}));
      },
      {.finite_differences = false});
}

TEST(HuberLossTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(huber(1), rounded_to_integers(random_case(huber(1), 8, 2, seed)));
}

TEST(HuberLoss, RefusesADeltaThatIsNoDistance) {
  for (const double wrong : {0.0, -1.0, std::nan("")})
    EXPECT_THROW_MESSAGE(validate(huber(wrong)), UsageError, "delta is ", "above 0");
}

TEST(HuberLoss, NamesTheShapeItExpected) {
  manual::HuberLoss<double> loss(HuberLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
double worst_ulps_of_huber(double delta, double scale) {
  constexpr manual::Index kRows = 64, kColumns = 129;
  std::srand(1);
  const manual::Matrix<Scalar> y = manual::Matrix<Scalar>::Random(kRows, kColumns) * Scalar(scale),
                               t = manual::Matrix<Scalar>::Random(kRows, kColumns);
  using Real = Exact<Scalar>;
  Real sum = 0;
  const Real b = Real(Scalar(delta));
  for (manual::Index i = 0; i < y.size(); ++i) {
    const Real d = std::abs(Real(y.data()[i]) - Real(t.data()[i]));
    sum += d < b ? d * d / 2 : b * (d - b / 2);
  }
  manual::HuberLoss<Scalar> loss(HuberLossSpec{.delta = delta});
  return ulps(loss.forward(y, t), sum / static_cast<Real>(y.size()));
}

TEST(HuberLoss, IsAsExactAsTheHeaderSays) {
  double worst = 0;
  for (const double delta : {0.01, 0.7, 1.0, 5.0})
    for (const double scale : {0.01, 1.0, 100.0}) {
      worst = std::max(worst, worst_ulps_of_huber<float>(delta, scale));
      worst = std::max(worst, worst_ulps_of_huber<double>(delta, scale));
    }
  EXPECT_LE(worst, 2);
}

}  // namespace
}  // namespace twin
