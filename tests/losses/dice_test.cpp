#include "manual/losses/dice.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

Gradients dice_gradients(const Backend& backend, const DiceLossSpec& loss, const OwnedBatch& batch) {
  return loaded(backend, loss_alone(loss), {})->gradients(batch.view());
}

// One of two is found: 2·1 over 1 + 2.
TEST(DiceLoss, IsOneMinusTwiceTheOverlapOverBothSizes) {
  for (const Backend* backend : backends()) {
    const Gradients gradients = dice_gradients(*backend, {.smooth = 0}, one_sample({1, 0}, {1, 1}));
    EXPECT_NEAR(gradients.loss, 1.0 / 3, 1e-16) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(),
                ElementsAre(DoubleNear(-2.0 / 9, 1e-16), DoubleNear(-2.0 / 3, 1e-15)))
        << backend->name();
    EXPECT_EQ(dice_gradients(*backend, {}, one_sample({1, 0}, {1, 1})).loss, 0.25) << backend->name();
  }
}

TEST(DiceLoss, WhatIsMetCostsNothing) {
  for (const Backend* backend : backends()) {
    const Gradients met = dice_gradients(*backend, {.smooth = 0}, one_sample({1, 0, 1, 0.5}, {1, 0, 1, 0.5}));
    EXPECT_EQ(met.loss, 0) << backend->name();
    EXPECT_THAT(met.input->to_doubles(), testing::Each(0)) << backend->name();
    // Empty on both sides: the smoothed coefficient is 1.
    const Gradients empty = dice_gradients(*backend, {}, one_sample({0, 0, 0}, {0, 0, 0}));
    EXPECT_EQ(empty.loss, 0) << backend->name();
    EXPECT_THAT(empty.input->to_doubles(), testing::Each(0)) << backend->name();
  }
}

// Samples of different sizes: their coefficients are averaged, not their sums.
TEST(DiceLoss, EachSampleHasItsOwnCoefficient) {
  const OwnedBatch both{Tensor("inputs", {2, 3}, std::vector<double>{1, 0, 0, 1, 1, 0}),
                        Tensor("targets", {2, 3}, std::vector<double>{1, 0, 0, 0, 1, 1})};
  for (const Backend* backend : backends()) {
    const Gradients gradients = dice_gradients(*backend, {.smooth = 0}, both);
    EXPECT_NEAR(gradients.loss, (0 + 0.5) / 2, 1e-16) << backend->name();
    const Gradients second = dice_gradients(*backend, {.smooth = 0}, one_sample({1, 1, 0}, {0, 1, 1}));
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(gradients.input->to_doubles()[3 + i], second.input->to_doubles()[i] / 2, 1e-16);
  }
}

TEST(DiceLoss, APictureIsOneSample) {
  const OwnedBatch picture =
      random_batch(loss_example("picture", DiceLossSpec{}, {2, 3, 5, 7}), DType::float64, 1);
  OwnedBatch flat = picture;
  flat.inputs = Tensor("inputs", {2, 105}, picture.inputs.to_doubles());
  flat.targets = Tensor("targets", {2, 105}, picture.targets.to_doubles());
  for (const Backend* backend : backends()) {
    const Gradients a = dice_gradients(*backend, {}, picture), b = dice_gradients(*backend, {}, flat);
    EXPECT_EQ(a.loss, b.loss) << backend->name();
    EXPECT_EQ(a.input->to_doubles(), b.input->to_doubles()) << backend->name();
  }
}

// 1 - a/b would have lost all digits but two.
TEST(DiceLoss, HasItsDigitsWhereOutputsAreGood) {
  manual::DiceLoss<float> loss(DiceLossSpec{.smooth = 0});
  const float p = 1 - 0x1p-10F;
  const manual::Matrix<float> outputs = manual::Matrix<float>::Constant(1, 8, p),
                              targets = manual::Matrix<float>::Ones(1, 8);
  const double off = 0x1p-10, exact = off * off / (double{p} * double{p} + 1);
  EXPECT_LE(ulps(loss.forward({outputs, manual::Extents(1, 8)}, {targets, manual::Extents(1, 8)}), exact), 4);
}

TEST(DiceLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 11), drawn(1, 3), drawn(1, 7)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    Example example =
        loss_example("random", DiceLossSpec{.smooth = drawn_from(std::vector{0.0, 1e-5, 1.0, 10.0})},
                     std::move(outputs), drawn_from(std::vector{1e-3, 1.0, 5.0}));
    example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
    return example;
  });
}

TEST(DiceLoss, RefusesOptionsAndTargetsThatMakeNoSense) {
  EXPECT_THROW_MESSAGE(validate(loss_alone(DiceLossSpec{.smooth = -1})), UsageError, "smooth is -1");
  for (const Backend* backend : backends())
    for (const double wrong : {-0.25, 1.5, std::nan("")})
      EXPECT_THROW_MESSAGE(dice_gradients(*backend, {}, one_sample({1, 0}, {1, wrong})), DataError,
                           "a target is ", "at least 0 and at most 1");
}

TEST(DiceLoss, NamesTheShapeItExpected) {
  manual::DiceLoss<double> loss(DiceLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  EXPECT_THROW_MESSAGE(loss.forward({y, manual::Extents(2, 3)}, {y, manual::Extents(3, 2)}), ShapeError,
                       "targets: expected 2×3, got 3×2");
}

}  // namespace
}  // namespace twin
