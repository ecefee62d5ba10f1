#include "manual/losses/focal.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

Gradients focal_gradients(const Backend& backend, const FocalLossSpec& loss, const OwnedBatch& batch,
                          DType dtype = DType::float64) {
  return loaded(backend, loss_alone(loss), {}, dtype)->gradients(batch.as(dtype).view());
}

// At a logit of 0 all probabilities are ½: the product rule by hand.
TEST(FocalLoss, HasBothTermsOfTheProductRule) {
  const double ce = std::log(2);
  const auto d_y = [&](double t) { return 0.25 * (0.5 - t) + 2 * 0.5 * (1 - 2 * t) * 0.25 * ce; };
  for (const Backend* backend : backends()) {
    const Gradients sum =
        focal_gradients(*backend, {.reduction = Reduction::sum}, one_sample({0, 0}, {1, 0}));
    EXPECT_NEAR(sum.loss, (0.25 + 0.75) * 0.25 * ce, 1e-16) << backend->name();
    EXPECT_NEAR(sum.input->to_doubles()[0], 0.25 * d_y(1), 1e-16) << backend->name();
    EXPECT_NEAR(sum.input->to_doubles()[1], 0.75 * d_y(0), 1e-16) << backend->name();
    const Gradients mean = focal_gradients(*backend, {.alpha = -1}, one_sample({0, 0}, {1, 0}));
    EXPECT_NEAR(mean.loss, 0.25 * ce, 1e-16) << backend->name();
    EXPECT_NEAR(mean.input->to_doubles()[0], d_y(1) / 2, 1e-16) << backend->name();
  }
}

TEST(FocalLoss, WithoutFocusAndBalanceItIsTheCrossEntropy) {
  const NetworkSpec bce = loss_alone(BceWithLogitsLossSpec{});
  const OwnedBatch batch = random_case(bce, 5, 7, 1).batches[0];
  for (const Backend* backend : backends()) {
    const Gradients focal = focal_gradients(*backend, {.alpha = -1, .gamma = 0}, batch);
    const Gradients entropy = loaded(*backend, bce, {})->gradients(batch.view());
    EXPECT_NEAR(focal.loss, entropy.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(focal.input->to_doubles()[i], entropy.input->to_doubles()[i], 1e-16) << backend->name();
  }
}

// What is all but certain costs nothing when it is right, and its logit when it is wrong.
TEST(FocalLoss, IsExactFarOut) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double size : {128.0, 0x1p14, 0x1p100}) {
        const Gradients gradients =
            focal_gradients(*backend, {.alpha = 0.25, .reduction = Reduction::sum},
                            one_sample({size, -size, size, -size}, {1, 0, 0, 1}), dtype);
        EXPECT_EQ(gradients.loss, size) << backend->name();
        const std::vector<double> d_y = gradients.input->to_doubles();
        EXPECT_NEAR(d_y[0], 0, 1e-30) << backend->name();
        EXPECT_NEAR(d_y[1], 0, 1e-30) << backend->name();
        EXPECT_EQ(d_y[2], 0.75) << backend->name();
        EXPECT_EQ(d_y[3], -0.25) << backend->name();
      }
}

// By the chain rule as it stands, the second term would be ∞·0 here.
TEST(FocalLoss, IsFiniteFarOutForAPowerBelowOne) {
  for (const double gamma : {0.25, 0.5, 1.0}) {
    manual::FocalLoss<double> loss(FocalLossSpec{.alpha = -1, .gamma = gamma, .reduction = Reduction::sum});
    const manual::Matrix<double> y{{800, -800, 1e5, -1e5}}, t{{1, 0, 1, 0}};
    EXPECT_NEAR(loss.forward(y, t), 0, 1e-300) << gamma;
    EXPECT_LE(loss.backward().cwiseAbs().maxCoeff(), 1e-70) << gamma;
  }
}

TEST(FocalLoss, NanIsNotHidden) {
  for (const Backend* backend : backends())
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<double> logits(9, 1.0);
      logits[at] = std::nan("");
      EXPECT_TRUE(std::isnan(focal_gradients(*backend, {}, one_sample(logits, std::vector(9, 1.0))).loss))
          << backend->name();
    }
}

TEST(FocalLossTwin, GradientsMatchOnRandomOptionsAndHardTargets) {
  EXPECT_TRUE(rc::check([] {
    const FocalLossSpec loss{.alpha = drawn_from(std::vector{-1.0, 0.0, 0.25, 0.9}),
                             .gamma = drawn_from(std::vector{0.0, 1.0, 1.5, 2.0, 5.0}),
                             .reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    const double scale = drawn_from(std::vector{1e-3, 1.0, 5.0});
    const bool hard = drawn_bool();
    const Seed seed = drawn_seed();
    RandomCase data = random_case(loss_alone(loss), drawn(1, 19), drawn(1, 7), seed, 1);
    for (double& logit : data.batches[0].inputs.data<double>()) logit *= scale;
    if (hard)
      for (double& target : data.batches[0].targets.data<double>()) target = std::round(target);
    for (const DType dtype : {DType::float64, DType::float32})
      RC_ASSERT(failures_of(check_equivalence(twins(), loss_alone(loss), data.parameters, data.batches,
                                              {.dtype = dtype, .steps = 1, .seed = seed})) == "");
  }));
}

TEST(FocalLoss, RefusesOptionsAndTargetsThatMakeNoSense) {
  EXPECT_THROW_MESSAGE(validate(loss_alone(FocalLossSpec{.alpha = 1.5})), UsageError, "alpha is 1.5");
  EXPECT_THROW_MESSAGE(validate(loss_alone(FocalLossSpec{.gamma = -1})), UsageError, "gamma is -1");
  for (const Backend* backend : backends())
    for (const double wrong : {-0.25, 1.5, std::nan("")})
      EXPECT_THROW_MESSAGE(focal_gradients(*backend, {}, one_sample({1, 2}, {1, wrong})), DataError,
                           "a target is ", "at least 0 and at most 1");
}

TEST(FocalLoss, NamesTheShapeItExpected) {
  manual::FocalLoss<double> loss(FocalLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class FocalAccuracy : public testing::Test {};
using FocalScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(FocalAccuracy, FocalScalars);

TYPED_TEST(FocalAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr int kValues = 10000;
  manual::Matrix<TypeParam> y(1, 1), t(1, 1);
  manual::FocalLoss<TypeParam> loss(FocalLossSpec{.alpha = -1});
  double worst_loss = 0, worst_gradient = 0;
  for (int i = 0; i < kValues; ++i) {
    const double size = std::exp2(-20 + 24.0 * i / kValues);
    y(0, 0) = static_cast<TypeParam>(i % 2 ? size : -size);
    for (const double target : {0.0, 1.0}) {
      t(0, 0) = static_cast<TypeParam>(target);
      // The logit of what is wrong: of q.
      const Real x = target == 1 ? -Real(y(0, 0)) : Real(y(0, 0)), q = 1 / (1 + std::exp(-x));
      const Real ce = x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
      const Real d = q * q * (q + 2 * ce * (1 - q));
      worst_loss = std::max(worst_loss, ulps(loss.forward(y, t), q * q * ce));
      worst_gradient = std::max(worst_gradient, ulps(loss.backward()(0, 0), target == 1 ? -d : d));
    }
  }
  EXPECT_LE(worst_loss, 12);
  EXPECT_LE(worst_gradient, 12);
}

}  // namespace
}  // namespace twin
