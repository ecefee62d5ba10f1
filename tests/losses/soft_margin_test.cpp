#include "manual/losses/soft_margin.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec soft_margin() { return loss_alone(SoftMarginLossSpec{}); }

TEST(SoftMarginLoss, IsTheMeanOverAllElements) {
  manual::SoftMarginLoss<double> loss(SoftMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(2, 3);
  EXPECT_DOUBLE_EQ(loss.forward(y, t), std::log(2));
  EXPECT_TRUE(loss.backward().isApproxToConstant(-0.5 / 6));  // by N alone it would be -¼
}

// By hand alone: LibTorch's exp overflows there, and its gradient is NaN.
TEST(SoftMarginLoss, IsExactFarOut) {
  for (const DType dtype : {DType::float64, DType::float32})
    for (const double size : {1e2, 1e4, 0x1p100}) {
      const auto at = [&](double y, double t) {
        return loaded(twins().manual, soft_margin(), {}, dtype)
            ->gradients(one_sample({y}, {t}).as(dtype).view());
      };
      for (const double t : {1.0, -1.0}) {
        EXPECT_NEAR(at(t * size, t).loss, 0, 1e-40);
        EXPECT_NEAR(at(t * size, t).input->to_doubles()[0], 0, 1e-37);
        EXPECT_EQ(at(-t * size, t).loss, size);
        EXPECT_THAT(at(-t * size, t).input->to_doubles(), ElementsAre(-t));
      }
    }
}

// With probabilities 1 and 0 for 1 and -1, it is the binary cross-entropy.
TEST(SoftMarginLoss, IsTheBinaryCrossEntropyOfOtherTargets) {
  const OwnedBatch signs = random_case(soft_margin(), 5, 7, 1).batches[0];
  OwnedBatch probabilities = signs;
  for (double& t : probabilities.targets.data<double>()) t = (t + 1) / 2;
  for (const Backend* backend : backends()) {
    const Gradients soft = loaded(*backend, soft_margin(), {})->gradients(signs.view()),
                    binary = loaded(*backend, loss_alone(BceWithLogitsLossSpec{}), {})
                                 ->gradients(probabilities.view());
    EXPECT_NEAR(soft.loss, binary.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(soft.input->to_doubles()[i], binary.input->to_doubles()[i], 1e-16) << backend->name();
  }
}

TEST(SoftMarginLossTwin, GradientsMatchOnRandomShapesAndScales) {
  expect_twins_agree_on_random([] {
    return loss_example("random", SoftMarginLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                        drawn_from(std::vector{1e-3, 1.0, 10.0, 80.0}));
  });
}

TEST(SoftMarginLoss, RefusesTargetsThatAreNoSign) {
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(loaded(*backend, soft_margin(), {})->loss(one_sample({1, 2}, {1, 0}).view()),
                         DataError, "a target is 0", "give 1 or -1");
}

TEST(SoftMarginLoss, NanOutputsAreNotHidden) {
  for (std::size_t at = 0; at < 17; ++at) {
    std::vector<double> outputs(17, 1.0);
    outputs[at] = std::nan("");
    const OwnedBatch batch = one_sample(outputs, std::vector(17, 1.0));
    for (const DType dtype : {DType::float64, DType::float32})
      for (const Backend* backend : backends())
        EXPECT_TRUE(std::isnan(loaded(*backend, soft_margin(), {}, dtype)->loss(batch.as(dtype).view())))
            << backend->name() << ", NaN at " << at;
  }
}

TEST(SoftMarginLoss, NamesTheShapeItExpected) {
  manual::SoftMarginLoss<double> loss(SoftMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class SoftMarginAccuracy : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(SoftMarginAccuracy, Scalars);

TYPED_TEST(SoftMarginAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr int kValues = 100000;
  const double farthest = -std::log(static_cast<double>(std::numeric_limits<TypeParam>::min())) - 1;
  manual::Matrix<TypeParam> y(1, 1), t(1, 1);
  manual::SoftMarginLoss<TypeParam> loss(SoftMarginLossSpec{});
  for (int i = 0; i < kValues; ++i) {
    const double size = i % 2 ? farthest * i / kValues : std::exp2(-30 + 36.0 * i / kValues);
    y(0, 0) = static_cast<TypeParam>(i % 4 < 2 ? size : -size);
    t(0, 0) = static_cast<TypeParam>(i % 8 < 4 ? 1 : -1);
    const Real m = Real(y(0, 0)) * Real(t(0, 0));
    const Real exact = std::max(Real(0), -m) + std::log1p(std::exp(-std::abs(m)));
    ASSERT_LE(ulps(loss.forward(y, t), exact), promised_ulps<TypeParam>(exact)) << y << ", target " << t;
    const Real d_y = -Real(t(0, 0)) / (1 + std::exp(m));
    ASSERT_LE(ulps(loss.backward()(0, 0), d_y), promised_ulps<TypeParam>(d_y)) << y << ", target " << t;
  }
}

}  // namespace
}  // namespace twin
