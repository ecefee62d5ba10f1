#include "manual/losses/poisson_nll.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <numbers>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

Gradients poisson_gradients(const Backend& backend, const PoissonNllLossSpec& loss, const OwnedBatch& batch) {
  return loaded(backend, loss_alone(loss), {})->gradients(batch.view());
}

TEST(PoissonNllLoss, TakesLogarithmsOfRates) {
  const OwnedBatch batch = one_sample({std::log(2), 0}, {3, 0});
  const double sum = 2 - 3 * std::log(2) + 1;
  for (const Backend* backend : backends()) {
    const Gradients mean = poisson_gradients(*backend, {}, batch);
    EXPECT_NEAR(mean.loss, sum / 2, 1e-15) << backend->name();
    EXPECT_THAT(mean.input->to_doubles(), ElementsAre(DoubleNear(-0.5, 1e-15), 0.5)) << backend->name();
    const Gradients summed = poisson_gradients(*backend, {.reduction = Reduction::sum}, batch);
    EXPECT_NEAR(summed.loss, sum, 1e-15) << backend->name();
    EXPECT_THAT(summed.input->to_doubles(), ElementsAre(DoubleNear(-1, 1e-15), 1)) << backend->name();
  }
}

TEST(PoissonNllLoss, TakesRates) {
  const PoissonNllLossSpec rates{.log_input = false, .eps = 0.5};
  const OwnedBatch batch = one_sample({1.5, 0}, {3, 1});
  for (const Backend* backend : backends()) {
    const Gradients gradients = poisson_gradients(*backend, rates, batch);
    EXPECT_NEAR(gradients.loss, (1.5 - 3 * std::log(2) - std::log(0.5)) / 2, 1e-15) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(-0.25, -0.5)) << backend->name();
  }
}

// Both ways of saying a rate cost the same.
TEST(PoissonNllLoss, LogarithmsAndRatesCostTheSame) {
  const PoissonNllLossSpec rates{.log_input = false, .eps = 0};
  const OwnedBatch logarithms = random_case(loss_alone(PoissonNllLossSpec{}), 5, 7, 1).batches[0];
  OwnedBatch batch = logarithms;
  for (double& y : batch.inputs.data<double>()) y = std::exp(y);
  for (const Backend* backend : backends())
    EXPECT_NEAR(poisson_gradients(*backend, rates, batch).loss,
                poisson_gradients(*backend, {}, logarithms).loss, 1e-14)
        << backend->name();
}

// Stirling's terms, where the count is above 1; they move no gradient.
TEST(PoissonNllLoss, FullAddsWhatTheCountsCost) {
  const OwnedBatch batch = one_sample({0.5, -1, 0, 2}, {3, 1, 0, 1.5});
  const auto stirling = [](double t) {
    return t * std::log(t) - t + 0.5 * std::log(2 * std::numbers::pi * t);
  };
  for (const bool log_input : {true, false}) {
    OwnedBatch positive = batch;
    if (!log_input)
      for (double& y : positive.inputs.data<double>()) y = std::abs(y) + 0.5;
    for (const Backend* backend : backends()) {
      const Gradients bare = poisson_gradients(*backend, {.log_input = log_input}, positive);
      const Gradients full = poisson_gradients(*backend, {.log_input = log_input, .full = true}, positive);
      EXPECT_NEAR(full.loss - bare.loss, (stirling(3) + stirling(1.5)) / 4, 1e-15) << backend->name();
      EXPECT_EQ(full.input->to_doubles(), bare.input->to_doubles()) << backend->name();
    }
  }
}

TEST(PoissonNllLoss, RareEventsAreExact) {
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        poisson_gradients(*backend, {.reduction = Reduction::sum}, one_sample({-1e4, -50}, {0, 0}));
    EXPECT_NEAR(gradients.loss, std::exp(-50), 1e-30) << backend->name();
    EXPECT_NEAR(gradients.input->to_doubles()[0], 0, 1e-300) << backend->name();
  }
}

TEST(PoissonNllLoss, RefusesWhatIsNoCount) {
  for (const Backend* backend : backends())
    for (const double wrong : {-1.0, std::nan("")})
      EXPECT_THROW_MESSAGE(poisson_gradients(*backend, {}, one_sample({0, 0}, {1, wrong})), DataError,
                           "a target is ", "give a count");
  EXPECT_THROW_MESSAGE(validate(loss_alone(PoissonNllLossSpec{.eps = -1})), UsageError, "eps is -1");
}

TEST(PoissonNllLoss, NamesTheShapeItExpected) {
  manual::PoissonNllLoss<double> loss(PoissonNllLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

TEST(PoissonNllLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    const PoissonNllLossSpec loss{.log_input = drawn_bool(),
                                  .full = drawn_bool(),
                                  .eps = drawn_from(std::vector{1e-8, 0.1}),
                                  .reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    Example example =
        loss_example("random", loss, {drawn(1, 19), drawn(1, 7)}, drawn_from(std::vector{1e-3, 1.0, 5.0}));
    if (!loss.log_input) example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
    return example;
  });
}

}  // namespace
}  // namespace twin
