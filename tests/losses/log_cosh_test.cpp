#include "manual/losses/log_cosh.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec log_cosh() { return loss_alone(LogCoshLossSpec{}); }

TEST(LogCoshLoss, IsTheMeanOfWhatTheNameSays) {
  const OwnedBatch batch = one_sample({1, -2, 0.5, 3}, {0, 0, 0.5, 2.75});
  const double errors[] = {1, -2, 0, 0.25};
  double sum = 0;
  for (const double d : errors) sum += std::log(std::cosh(d));
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, log_cosh(), {})->gradients(batch.view());
    EXPECT_NEAR(gradients.loss, sum / 4, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(gradients.input->to_doubles()[i], std::tanh(errors[i]) / 4, 1e-16) << backend->name();
  }
}

// cosh overflows at 89 in float32, at 711 in float64.
TEST(LogCoshLoss, IsExactFarOut) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double far : {64.0, 1024.0, 0x1p100}) {
        const Gradients gradients = loaded(*backend, log_cosh(), {}, dtype)
                                        ->gradients(one_sample({far, -far}, {0, 0}).as(dtype).view());
        EXPECT_NEAR(gradients.loss, far - std::numbers::ln2, 2 * unit_roundoff(dtype) * far)
            << backend->name();
        EXPECT_THAT(gradients.input->to_doubles(), testing::ElementsAre(0.5, -0.5)) << backend->name();
      }
}

TEST(LogCoshLoss, IsHalfTheSquareNearby) {
  manual::LogCoshLoss<double> loss(LogCoshLossSpec{});
  for (const double d : {1e-3, 1e-6, 1e-9, 1e-100}) {
    const manual::Matrix<double> y = manual::Matrix<double>::Constant(1, 1, d);
    const manual::Matrix<double> t = manual::Matrix<double>::Zero(1, 1);
    EXPECT_NEAR(loss.forward(y, t) / (d * d / 2), 1, d * d) << d;
    EXPECT_NEAR(loss.backward()(0, 0) / d, 1, d * d) << d;
  }
}

TEST(LogCoshLoss, IsEven) {
  const OwnedBatch batch = random_case(log_cosh(), 5, 7, 1).batches[0];
  OwnedBatch mirrored = batch;
  for (double& x : mirrored.inputs.data<double>()) x = -x;
  for (double& x : mirrored.targets.data<double>()) x = -x;
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, log_cosh(), {});
    const Gradients gradients = network->gradients(batch.view()), other = network->gradients(mirrored.view());
    EXPECT_EQ(gradients.loss, other.loss) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_EQ(gradients.input->to_doubles()[i], -other.input->to_doubles()[i]) << backend->name();
  }
}

TEST(LogCoshLoss, NanIsNotHidden) {
  for (const Backend* backend : backends())
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<double> outputs(9, 1.0);
      outputs[at] = std::nan("");
      const Gradients gradients =
          loaded(*backend, log_cosh(), {})->gradients(one_sample(outputs, std::vector(9, 0.5)).view());
      EXPECT_TRUE(std::isnan(gradients.loss)) << backend->name();
      EXPECT_TRUE(std::isnan(gradients.input->to_doubles()[at])) << backend->name();
    }
}

TEST(LogCoshLossTwin, GradientsMatchOnRandomShapesAndScales) {
  expect_twins_agree_on_random([] {
    return loss_example("random", LogCoshLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                        drawn_from(std::vector{1e-3, 1.0, 10.0, 1e3}));
  });
}

TEST(LogCoshLoss, NamesTheShapeItExpected) {
  manual::LogCoshLoss<double> loss(LogCoshLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class LogCoshAccuracy : public testing::Test {};
using LogCoshScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LogCoshAccuracy, LogCoshScalars);

TYPED_TEST(LogCoshAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr manual::Index kValues = 20000;
  manual::Matrix<TypeParam> y(1, kValues);
  for (manual::Index i = 0; i < kValues; ++i)
    y(0, i) = static_cast<TypeParam>(std::exp2(-20 + 26.0 * static_cast<double>(i) / kValues));
  const manual::Matrix<TypeParam> t = manual::Matrix<TypeParam>::Zero(1, kValues);
  double worst_loss = 0, worst_gradient = 0;
  manual::LogCoshLoss<TypeParam> loss(LogCoshLossSpec{});
  loss.forward(y, t);
  const manual::Matrix<TypeParam> d_y = loss.backward() * TypeParam(kValues);
  for (manual::Index i = 0; i < kValues; ++i) {
    const Real d = y(0, i), sinh = std::sinh(d);
    const Real exact =
        d < 20 ? std::log1p(sinh * sinh) / 2 : d + std::log1p(std::exp(-2 * d)) - std::log(Real(2));
    const manual::Matrix<TypeParam> one = y.col(i), zero = t.col(i);
    worst_loss = std::max(worst_loss, ulps(loss.forward(one, zero), exact));
    worst_gradient = std::max(worst_gradient, ulps(d_y(0, i), std::tanh(d)));
  }
  EXPECT_LE(worst_loss, 12);
  EXPECT_LE(worst_gradient, 8);
}

}  // namespace
}  // namespace twin
