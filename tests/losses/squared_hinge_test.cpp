#include "manual/losses/squared_hinge.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec squared_hinge() { return loss_alone(SquaredHingeLossSpec{}); }

TEST(SquaredHingeLoss, IsTheMeanOverAllElements) {
  manual::SquaredHingeLoss<double> loss(SquaredHingeLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Constant(2, 3, 0.5);
  const manual::Matrix<double> t = manual::Matrix<double>::Constant(2, 3, -1);
  EXPECT_EQ(loss.forward(y, t), 2.25);
  EXPECT_TRUE(loss.backward().isApproxToConstant(2 * 1.5 / 6));  // by N alone it would be 1½
}

// Right by more than the margin, right by less, wrong, on the margin: for either sign.
TEST(SquaredHingeLoss, GradientGrowsWithWhatLacksToTheMargin) {
  const OwnedBatch batch = one_sample({2, 0.5, -3, 1, -2, -0.5, 3, -1}, {1, 1, 1, 1, -1, -1, -1, -1});
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, squared_hinge(), {})->gradients(batch.view());
    EXPECT_EQ(gradients.loss, (0.25 + 16) * 2 / 8) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(0, -0.125, -1, 0, 0, 0.125, 1, 0))
        << backend->name();
  }
}

// Inside the margin it is the squared error, for t² = 1.
TEST(SquaredHingeLoss, IsTheSquaredErrorInsideTheMargin) {
  const OwnedBatch batch = one_sample({0.5, -7, 0.25, 3}, {1, 1, -1, -1});
  for (const Backend* backend : backends()) {
    const Gradients hinge = loaded(*backend, squared_hinge(), {})->gradients(batch.view()),
                    squares = loaded(*backend, loss_alone(MseLossSpec{}), {})->gradients(batch.view());
    EXPECT_EQ(hinge.loss, squares.loss) << backend->name();
    EXPECT_EQ(hinge.input->to_doubles(), squares.input->to_doubles()) << backend->name();
  }
}

TEST(SquaredHingeLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return loss_example("random", SquaredHingeLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                        drawn_from(std::vector{0.5, 2.0, 100.0}));
  });
}

TEST(SquaredHingeLoss, RefusesTargetsThatAreNoSign) {
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(loaded(*backend, squared_hinge(), {})->loss(one_sample({1, 2}, {1, 0}).view()),
                         DataError, "a target is 0", "give 1 or -1");
}

TEST(SquaredHingeLoss, NanOutputsAreNotHidden) {
  for (std::size_t at = 0; at < 17; ++at) {
    std::vector<double> outputs(17, 1.0);
    outputs[at] = std::nan("");
    const OwnedBatch batch = one_sample(outputs, std::vector(17, 1.0));
    for (const DType dtype : {DType::float64, DType::float32})
      for (const Backend* backend : backends())
        EXPECT_TRUE(std::isnan(loaded(*backend, squared_hinge(), {}, dtype)->loss(batch.as(dtype).view())))
            << backend->name() << ", NaN at " << at;
  }
}

TEST(SquaredHingeLoss, NamesTheShapeItExpected) {
  manual::SquaredHingeLoss<double> loss(SquaredHingeLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
