#include "manual/losses/bce.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec bce_on_probabilities(Reduction reduction = Reduction::mean) {
  return loss_alone(BceLossSpec{.reduction = reduction});
}

TEST(BceLoss, IsTheMeanOverAllElementsOrTheirSum) {
  const OwnedBatch batch = one_sample({0.25, 0.25, 0.5, 0.75}, {1, 0, 0.5, 1});
  const double sum = -std::log(0.25) - std::log(0.75) + std::log(2) - std::log(0.75);
  for (const Backend* backend : backends()) {
    const Gradients mean = loaded(*backend, bce_on_probabilities(), {})->gradients(batch.view());
    EXPECT_NEAR(mean.loss, sum / 4, 1e-15) << backend->name();
    EXPECT_THAT(mean.input->to_doubles(),
                ElementsAre(-1, testing::DoubleNear(1.0 / 3, 1e-16), 0, testing::DoubleNear(-1.0 / 3, 1e-16)))
        << backend->name();
    const Gradients summed =
        loaded(*backend, bce_on_probabilities(Reduction::sum), {})->gradients(batch.view());
    EXPECT_NEAR(summed.loss, sum, 1e-15) << backend->name();
    EXPECT_EQ(summed.input->to_doubles()[0], -4) << backend->name();
  }
}

// No logarithm below -100, no division by less than 1e-12 (which LibTorch keeps in float32).
TEST(BceLoss, EndsAreThoseOfPyTorch) {
  const double steep = 1 / static_cast<double>(1e-12F);
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, bce_on_probabilities(Reduction::sum), {})
                                    ->gradients(one_sample({0, 1, 0, 1}, {0, 1, 1, 0}).view());
    EXPECT_EQ(gradients.loss, 200) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(0, 0, -steep, steep)) << backend->name();
    EXPECT_EQ(loaded(*backend, bce_on_probabilities(), {})->loss(one_sample({1e-50}, {1}).view()), 100)
        << backend->name();
  }
}

// Behind a sigmoid it is the loss on logits.
TEST(BceLoss, BehindASigmoidItIsTheLossOnLogits) {
  NetworkSpec apart = bce_on_probabilities();
  apart.layers = {{"sigmoid", SigmoidSpec{}}};
  const NetworkSpec together = loss_alone(BceWithLogitsLossSpec{});
  const OwnedBatch batch = random_case(together, 5, 7, 1).batches[0];
  for (const Backend* backend : backends()) {
    const Gradients a = loaded(*backend, apart, {})->gradients(batch.view());
    const Gradients b = loaded(*backend, together, {})->gradients(batch.view());
    EXPECT_NEAR(a.loss, b.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(a.input->to_doubles()[i], b.input->to_doubles()[i], 1e-16) << backend->name();
  }
}

TEST(BceLossTwin, GradientsMatchOnRandomShapesAndScales) {
  expect_twins_agree_on_random([] {
    const BceLossSpec loss{.reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    Example example =
        loss_example("random", loss, {drawn(1, 19), drawn(1, 7)}, drawn_from(std::vector{1e-3, 1.0, 5.0}));
    example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
    return example;
  });
}

TEST(BceLoss, RefusesOutputsThatAreNoProbability) {
  for (const double wrong : {-0.25, 1.5, std::nan("")}) {
    const OwnedBatch batch = one_sample({0.5, wrong}, {1, 0});
    EXPECT_THROW_MESSAGE(loaded(twins().manual, bce_on_probabilities(), {})->loss(batch.view()), DataError,
                         "an output is ", "a sigmoid's");
    for (const Backend* backend : backends())
      EXPECT_ANY_THROW(loaded(*backend, bce_on_probabilities(), {})->loss(batch.view())) << backend->name();
  }
}

TEST(BceLoss, RefusesTargetsThatAreNoProbability) {
  for (const Backend* backend : backends())
    for (const double wrong : {-0.25, 1.5, std::nan("")})
      EXPECT_THROW_MESSAGE(
          loaded(*backend, bce_on_probabilities(), {})->loss(one_sample({0.5, 0.5}, {1, wrong}).view()),
          DataError, "a target is ", "at least 0 and at most 1");
}

TEST(BceLoss, NamesTheShapeItExpected) {
  manual::BceLoss<double> loss(BceLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class BceAccuracy : public testing::Test {};
using BceScalars = testing::Types<float, double>;
TYPED_TEST_SUITE(BceAccuracy, BceScalars);

TYPED_TEST(BceAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr int kValues = 20000;
  manual::Matrix<TypeParam> y(1, 1), t(1, 1);
  manual::BceLoss<TypeParam> loss(BceLossSpec{});
  double worst_loss = 0, worst_gradient = 0;
  for (int i = 0; i < kValues; ++i) {
    const double small = std::exp2(-30 * static_cast<double>(i) / kValues - 0.001);
    y(0, 0) = static_cast<TypeParam>(i % 2 ? small : 1 - small);
    for (const double target : {0.0, 1.0, 0.3}) {
      t(0, 0) = static_cast<TypeParam>(target);
      const Real p = y(0, 0), g = t(0, 0);
      if (!(p > 0 && p < 1)) continue;
      worst_loss =
          std::max(worst_loss, ulps(loss.forward(y, t), -g * std::log(p) - (1 - g) * std::log1p(-p)));
      if (target == 0.3 || p * (1 - p) < Real(1e-11)) continue;  // y - t cancels
      worst_gradient = std::max(worst_gradient, ulps(loss.backward()(0, 0), (p - g) / (p * (1 - p))));
    }
  }
  EXPECT_LE(worst_loss, tolerance::kElementwiseUlps);
  EXPECT_LE(worst_gradient, tolerance::kElementwiseUlps);
}

}  // namespace
}  // namespace twin
