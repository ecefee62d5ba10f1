#include "manual/losses/hinge_embedding.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

TEST(HingeEmbeddingLoss, IsTheMeanOverAllElementsOfEitherKind) {
  manual::HingeEmbeddingLoss<double> loss(HingeEmbeddingLossSpec{.margin = 2});
  const manual::Matrix<double> y = manual::Matrix<double>::Constant(2, 2, 0.5);
  manual::Matrix<double> t(2, 2);
  t << 1, -1, -1, -1;
  EXPECT_EQ(loss.forward(y, t), (0.5 + 3 * 1.5) / 4);
  const manual::Matrix<double>& d_y = loss.backward();
  EXPECT_THAT(std::vector(d_y.data(), d_y.data() + 4), ElementsAre(0.25, -0.25, -0.25, -0.25));
}

// On the margin, LibTorch's clamp_min hands the gradient on.
TEST(HingeEmbeddingLoss, GradientEndsBeyondTheMargin) {
  const OwnedBatch batch = one_sample({3, -3, 2, -2, 0.5, 0.75, 1, 0.5}, {1, 1, -1, -1, -1, -1, -1, 1});
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, loss_alone(HingeEmbeddingLossSpec{.margin = 0.5}), {})->gradients(batch.view());
    EXPECT_EQ(gradients.loss, (3 - 3 + 2.5 + 0.5) / 8) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(0.125, 0.125, 0, -0.125, -0.125, 0, 0, 0.125))
        << backend->name();
  }
}

TEST(HingeEmbeddingLossTwin, GradientsMatchOnRandomShapesAndMargins) {
  expect_twins_agree_on_random(
      [] {
        const HingeEmbeddingLossSpec kind{.margin = drawn_from(std::vector{0.0, 0.25, 1.0, -1.0})};
        return loss_example("random", kind, {drawn(1, 19), drawn(1, 11)},
                            drawn_from(std::vector{0.5, 2.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(HingeEmbeddingLoss, RefusesWhatItCannotTake) {
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(
        loaded(*backend, loss_alone(HingeEmbeddingLossSpec{}), {})->loss(one_sample({1, 2}, {1, 0}).view()),
        DataError, "a target is 0", "give 1 or -1");
  EXPECT_THROW_MESSAGE(
      validate(loss_alone(HingeEmbeddingLossSpec{.margin = std::numeric_limits<double>::infinity()})),
      UsageError, "margin is inf", "give a finite number");
  manual::HingeEmbeddingLoss<double> loss(HingeEmbeddingLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

TEST(HingeEmbeddingLoss, NanOutputsAreNotHidden) {
  for (const double target : {1.0, -1.0}) {
    const OwnedBatch batch = one_sample({1, std::nan(""), 1}, {1, target, -1});
    for (const Backend* backend : backends())
      EXPECT_TRUE(std::isnan(loaded(*backend, loss_alone(HingeEmbeddingLossSpec{}), {})->loss(batch.view())))
          << backend->name() << ", target " << target;
  }
}

}  // namespace
}  // namespace twin
