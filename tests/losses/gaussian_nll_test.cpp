#include "manual/losses/gaussian_nll.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

OwnedBatch gaussian_batch(const std::vector<double>& outputs, const std::vector<double>& targets) {
  return {Tensor("inputs", {1, static_cast<std::int64_t>(outputs.size())}, outputs),
          Tensor("targets", {1, static_cast<std::int64_t>(targets.size())}, targets)};
}

Gradients gaussian_gradients(const Backend& backend, const GaussianNllLossSpec& loss,
                             const OwnedBatch& batch) {
  return loaded(backend, loss_alone(loss), {})->gradients(batch.view());
}

// Means 1 and 1, variances 4 and 1: where the variance is the squared error, its gradient is 0.
TEST(GaussianNllLoss, MeansStandInFrontOfVariances) {
  const OwnedBatch batch = gaussian_batch({1, 1, 4, 1}, {3, 3});
  const double sum = (std::log(4) + 1) / 2 + (0 + 4.0) / 2;
  for (const Backend* backend : backends()) {
    const Gradients mean = gaussian_gradients(*backend, {}, batch);
    EXPECT_NEAR(mean.loss, sum / 2, 1e-15) << backend->name();
    EXPECT_THAT(mean.input->to_doubles(), ElementsAre(-0.25, -1, 0, -0.75)) << backend->name();
    const Gradients summed = gaussian_gradients(*backend, {.reduction = Reduction::sum}, batch);
    EXPECT_NEAR(summed.loss, sum, 1e-15) << backend->name();
    EXPECT_THAT(summed.input->to_doubles(), ElementsAre(-0.5, -2, 0, -1.5)) << backend->name();
    EXPECT_NEAR(gaussian_gradients(*backend, {.full = true}, batch).loss - mean.loss,
                std::log(2 * std::numbers::pi) / 2, 1e-15)
        << backend->name();
  }
}

// Below eps, the loss is that of eps, and so is the gradient: not 0, as that of the clamped loss would be.
TEST(GaussianNllLoss, GradientGoesPastTheClamp) {
  const GaussianNllLossSpec loss{.eps = 0.25};
  for (const Backend* backend : backends()) {
    const Gradients clamped = gaussian_gradients(*backend, loss, gaussian_batch({1, 0}, {3}));
    const Gradients at_eps = gaussian_gradients(*backend, loss, gaussian_batch({1, 0.25}, {3}));
    EXPECT_EQ(clamped.loss, at_eps.loss) << backend->name();
    EXPECT_EQ(clamped.input->to_doubles(), at_eps.input->to_doubles()) << backend->name();
    EXPECT_THAT(clamped.input->to_doubles(), ElementsAre(-8, (4.0 - 64) / 2)) << backend->name();
  }
}

TEST(GaussianNllLossTwin, GradientsMatchWhereVariancesAreClamped) {
  expect_twins_agree_on_random(
      [] {
        const GaussianNllLossSpec loss{.eps = drawn_from(std::vector{0.4, 0.5, 0.7})};
        Example example = loss_example("random", loss, {drawn(1, 11), 2 * drawn(1, 5)});
        example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
        return example;
      },
      {.finite_differences = false});
}

TEST(GaussianNllLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    const GaussianNllLossSpec loss{.full = drawn_bool(),
                                   .reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    Shape outputs{drawn(1, 19), drawn(1, 3), 2 * drawn(1, 5)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    Example example =
        loss_example("random", loss, std::move(outputs), drawn_from(std::vector{1e-3, 1.0, 5.0}));
    example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
    return example;
  });
}

TEST(GaussianNllLoss, NanIsNotHidden) {
  for (const Backend* backend : backends())
    for (std::size_t at = 0; at < 6; ++at) {
      std::vector<double> outputs(6, 0.5);
      outputs[at] = std::nan("");
      EXPECT_TRUE(std::isnan(gaussian_gradients(*backend, {}, gaussian_batch(outputs, {1, 2, 3})).loss))
          << backend->name() << ", " << at;
    }
}

TEST(GaussianNllLoss, RefusesVariancesBelowZero) {
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(gaussian_gradients(*backend, {}, gaussian_batch({1, 1, 2, -0.5}, {3, 3})), DataError,
                         "a variance is -0.5", "softplus");
  EXPECT_THROW_MESSAGE(validate(loss_alone(GaussianNllLossSpec{.eps = 0})), UsageError, "eps is 0");
}

TEST(GaussianNllLoss, RefusesOutputsThatAreNoPairs) {
  for (const Backend* backend : backends()) {
    EXPECT_THROW_MESSAGE(gaussian_gradients(*backend, {}, gaussian_batch({1, 1, 2}, {3, 3})), ShapeError,
                         "means and as many variances, got 3 outputs");
    EXPECT_THROW_MESSAGE(gaussian_gradients(*backend, {}, gaussian_batch({1, 1, 2, 2}, {3, 3, 3})),
                         ShapeError, "targets: expected 1×2, got 1×3");
  }
  manual::GaussianNllLoss<double> loss(GaussianNllLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3), t = manual::Matrix<double>::Zero(2, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "outputs: expected 2×4, got 2×3");
}

}  // namespace
}  // namespace twin
