#include "manual/losses/mse.hpp"

#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec mse() { return loss_alone(MseLossSpec{}); }

TEST(MseLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    return loss_example("random", MseLossSpec{}, {drawn(1, 19), drawn(1, 11)},
                        drawn_from(std::vector{1e-6, 1.0, 1e6}));
  });
}

// 2⁴ elements: the mean divides exactly, so not even its rounding is left.
TEST(MseLossTwin, GradientsAreEqualBitForBitOnIntegers) {
  for (Seed seed = 1; seed <= 20; ++seed)
    expect_twins_equal(mse(), rounded_to_integers(random_case(mse(), 8, 2, seed)));
}

TEST(MseLoss, IsTheMeanOverAllElements) {
  manual::MseLoss<double> loss(MseLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Constant(2, 3, 5);
  const manual::Matrix<double> t = manual::Matrix<double>::Constant(2, 3, 2);
  EXPECT_EQ(loss.forward(y, t), 9);
  EXPECT_TRUE(loss.backward().isApproxToConstant(1));  // 2·3 / 6: by N alone it would be 3
}

TEST(MseLoss, ZeroErrorGivesZeroGradient) {
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, mse(), {});
    const Tensor values = random_case(mse(), 7, 3, 1).batches[0].inputs;
    const Gradients gradients = network->gradients({values.view(), values.view()});
    EXPECT_EQ(gradients.loss, 0) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), testing::Each(0)) << backend->name();
  }
}

TEST(MseLoss, NamesTheShapeItExpected) {
  manual::MseLoss<double> loss(MseLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
void expect_exact_mean_square(manual::Index rows, manual::Index columns) {
  std::srand(1);
  const manual::Matrix<Scalar> y = manual::Matrix<Scalar>::Random(rows, columns),
                               t = manual::Matrix<Scalar>::Random(rows, columns);
  Exact<Scalar> sum = 0;
  for (manual::Index i = 0; i < y.size(); ++i) {
    const Exact<Scalar> difference = Exact<Scalar>(y.data()[i]) - Exact<Scalar>(t.data()[i]);
    sum += difference * difference;
  }
  manual::MseLoss<Scalar> loss(MseLossSpec{});
  EXPECT_LE(ulps(loss.forward(y, t), sum / static_cast<Exact<Scalar>>(y.size())), tolerance::kElementwiseUlps)
      << rows << "×" << columns;
}

TEST(MseLoss, IsAsExactAsTheHeaderSays) {
  for (const manual::Index rows : {1, 4, 256})
    for (const manual::Index columns : {1, 33, 2048}) {
      expect_exact_mean_square<float>(rows, columns);
      expect_exact_mean_square<double>(rows, columns);
    }
}

}  // namespace
}  // namespace twin
