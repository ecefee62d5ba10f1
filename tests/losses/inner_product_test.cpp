#include "manual/losses/inner_product.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

NetworkSpec inner_product() { return loss_alone(InnerProductLossSpec{}); }

TEST(InnerProductLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return loss_example("random", InnerProductLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                        drawn_from(std::vector{1e-6, 1.0, 1e6}));
  });
}

TEST(InnerProductLossTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(inner_product(), rounded_to_integers(random_case(inner_product(), 17, 13, seed)));
}

TEST(InnerProductLoss, ItsGradientIsTheTargets) {
  const OwnedBatch batch = random_case(inner_product(), 5, 3, 1).batches[0];
  for (const Backend* backend : backends())
    EXPECT_EQ(loaded(*backend, inner_product(), {})->gradients(batch.view()).input->to_doubles(),
              batch.targets.to_doubles())
        << backend->name();
}

TEST(InnerProductLoss, NamesTheShapeItExpected) {
  manual::InnerProductLoss<double> loss(InnerProductLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(2, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 2×2");
}

}  // namespace
}  // namespace twin
