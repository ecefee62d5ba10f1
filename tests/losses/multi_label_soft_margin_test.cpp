#include "manual/losses/multi_label_soft_margin.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec multi_label() { return loss_alone(MultiLabelSoftMarginLossSpec{}); }

TEST(MultiLabelSoftMarginLoss, IsTheMeanOverClassesAndRows) {
  manual::MultiLabelSoftMarginLoss<double> loss(MultiLabelSoftMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(2, 3);
  EXPECT_DOUBLE_EQ(loss.forward(y, t), std::log(2));
  EXPECT_TRUE(loss.backward().isApproxToConstant(-0.5 / 6));  // by N alone it would be -¼
}

TEST(MultiLabelSoftMarginLoss, IsExactFarOut) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double size : {1e2, 1e4, 0x1p100}) {
        const auto at = [&](double y, double t) {
          return loaded(*backend, multi_label(), {}, dtype)->gradients(one_sample({y}, {t}).as(dtype).view());
        };
        EXPECT_NEAR(at(size, 1).loss, 0, 1e-40) << backend->name();
        EXPECT_NEAR(at(-size, 0).loss, 0, 1e-40) << backend->name();
        EXPECT_EQ(at(size, 0).loss, size) << backend->name();
        EXPECT_EQ(at(-size, 1).loss, size) << backend->name();
        EXPECT_THAT(at(size, 0).input->to_doubles(), ElementsAre(1)) << backend->name();
        EXPECT_THAT(at(-size, 1).input->to_doubles(), ElementsAre(-1)) << backend->name();
      }
}

// The mean over rows of means over classes is that over all elements.
TEST(MultiLabelSoftMarginLoss, IsTheBinaryCrossEntropy) {
  const OwnedBatch batch = random_case(multi_label(), 5, 7, 1).batches[0];
  for (const Backend* backend : backends()) {
    const Gradients here = loaded(*backend, multi_label(), {})->gradients(batch.view()),
                    binary =
                        loaded(*backend, loss_alone(BceWithLogitsLossSpec{}), {})->gradients(batch.view());
    EXPECT_NEAR(here.loss, binary.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(here.input->to_doubles()[i], binary.input->to_doubles()[i], 1e-16) << backend->name();
  }
}

TEST(MultiLabelSoftMarginLossTwin, GradientsMatchOnRandomShapesAndScales) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 19), drawn(1, 3), drawn(1, 11)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    return loss_example("random", MultiLabelSoftMarginLossSpec{}, std::move(outputs),
                        drawn_from(std::vector{1e-3, 1.0, 10.0, 100.0}));
  });
}

TEST(MultiLabelSoftMarginLoss, RefusesTargetsThatAreNoProbability) {
  for (const Backend* backend : backends())
    for (const double wrong : {-1.0, 1.5, std::numeric_limits<double>::quiet_NaN()})
      EXPECT_THROW_MESSAGE(loaded(*backend, multi_label(), {})->loss(one_sample({1, 2}, {1, wrong}).view()),
                           DataError, "a target is " + fmt::format("{}", wrong), "at least 0 and at most 1");
}

TEST(MultiLabelSoftMarginLoss, NanScoresAreNotHidden) {
  for (std::size_t at = 0; at < 17; ++at) {
    std::vector<double> scores(17, 1.0);
    scores[at] = std::nan("");
    const OwnedBatch batch = one_sample(scores, std::vector(17, 1.0));
    for (const Backend* backend : backends())
      EXPECT_TRUE(std::isnan(loaded(*backend, multi_label(), {})->loss(batch.view()))) << backend->name();
  }
}

TEST(MultiLabelSoftMarginLoss, NamesTheShapeItExpected) {
  manual::MultiLabelSoftMarginLoss<double> loss(MultiLabelSoftMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class MultiLabelSoftMarginAccuracy : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(MultiLabelSoftMarginAccuracy, Scalars);

TYPED_TEST(MultiLabelSoftMarginAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr int kValues = 50000;
  const double farthest = -std::log(static_cast<double>(std::numeric_limits<TypeParam>::min())) - 1;
  manual::Matrix<TypeParam> y(1, 1), t(1, 1);
  manual::MultiLabelSoftMarginLoss<TypeParam> loss(MultiLabelSoftMarginLossSpec{});
  for (int i = 0; i < kValues; ++i) {
    const double size = i % 2 ? farthest * i / kValues : std::exp2(-30 + 36.0 * i / kValues);
    y(0, 0) = static_cast<TypeParam>(i % 4 < 2 ? size : -size);
    for (const double target : {0.0, 1.0, 0.3}) {
      t(0, 0) = static_cast<TypeParam>(target);
      const Real score = y(0, 0), against = score >= 0 ? 1 - Real(t(0, 0)) : Real(t(0, 0));
      const Real exact = std::abs(score) * against + std::log1p(std::exp(-std::abs(score)));
      ASSERT_LE(ulps(loss.forward(y, t), exact), promised_ulps<TypeParam>(exact)) << y << ", target " << t;
      if (target != 0 && target != 1) continue;
      const Real d_y = target == 0 ? 1 / (1 + std::exp(-score)) : -1 / (1 + std::exp(score));
      ASSERT_LE(ulps(loss.backward()(0, 0), d_y), promised_ulps<TypeParam>(d_y)) << y << ", target " << t;
    }
  }
}

}  // namespace
}  // namespace twin
