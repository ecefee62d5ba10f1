#include "manual/losses/kl_div.hpp"

#include <cmath>
#include <gmock/gmock.h>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

using KlDivReduction = KlDivLossSpec::Reduction;

OwnedBatch distributions(Shape shape, std::vector<double> outputs, std::vector<double> targets) {
  return {Tensor("inputs", shape, std::move(outputs)), Tensor("targets", shape, std::move(targets))};
}

Gradients kl_gradients(const Backend& backend, const KlDivLossSpec& loss, const OwnedBatch& batch) {
  return loaded(backend, loss_alone(loss), {})->gradients(batch.view());
}

TEST(KlDivLoss, IsTheDivergenceOverWhatTheReductionSays) {
  const double half = std::log(0.5), quarter = std::log(0.25);
  const OwnedBatch batch =
      distributions({2, 3}, {quarter, half, quarter, half, quarter, quarter}, {0.5, 0.5, 0, 0.5, 0.25, 0.25});
  const double divergence = 0.5 * std::log(2);  // of the first row; the second is met exactly
  for (const Backend* backend : backends()) {
    const Gradients mean = kl_gradients(*backend, {}, batch);
    EXPECT_NEAR(mean.loss, divergence / 6, 1e-16) << backend->name();
    EXPECT_EQ(mean.input->to_doubles()[0], -0.5 / 6) << backend->name();
    const Gradients batchmean = kl_gradients(*backend, {.reduction = KlDivReduction::batchmean}, batch);
    EXPECT_NEAR(batchmean.loss, divergence / 2, 1e-16) << backend->name();
    EXPECT_THAT(batchmean.input->to_doubles(), ElementsAre(-0.25, -0.25, 0, -0.25, -0.125, -0.125));
    const Gradients sum = kl_gradients(*backend, {.reduction = KlDivReduction::sum}, batch);
    EXPECT_NEAR(sum.loss, divergence, 1e-16) << backend->name();
    EXPECT_THAT(sum.input->to_doubles(), ElementsAre(-0.5, -0.5, 0, -0.5, -0.25, -0.25));
  }
}

// The samples of a sequence are those of its first extent.
TEST(KlDivLoss, BatchmeanOfASequenceIsOverItsSamples) {
  const KlDivLossSpec loss{.reduction = KlDivReduction::batchmean};
  const OwnedBatch batch = random_batch(loss_example("sequence", loss, {3, 5, 7}), DType::float64, 1);
  OwnedBatch flat = batch;
  flat.inputs = Tensor("inputs", {15, 7}, batch.inputs.to_doubles());
  flat.targets = Tensor("targets", {15, 7}, batch.targets.to_doubles());
  for (const Backend* backend : backends())
    EXPECT_NEAR(kl_gradients(*backend, loss, batch).loss, 5 * kl_gradients(*backend, loss, flat).loss, 1e-14)
        << backend->name();
}

TEST(KlDivLoss, TargetsMayBeLogarithms) {
  const OwnedBatch batch = random_case(loss_alone(KlDivLossSpec{}), 5, 7, 1).batches[0];
  OwnedBatch logarithms = batch;
  for (double& target : logarithms.targets.data<double>()) target = std::log(target);
  for (const Backend* backend : backends()) {
    const Gradients of_numbers = kl_gradients(*backend, {}, batch);
    const Gradients of_logarithms = kl_gradients(*backend, {.log_target = true}, logarithms);
    EXPECT_NEAR(of_numbers.loss, of_logarithms.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(of_numbers.input->to_doubles()[i], of_logarithms.input->to_doubles()[i], 1e-16)
          << backend->name();
  }
}

TEST(KlDivLoss, RefusesTargetsThatAreNoProbabilities) {
  for (const Backend* backend : backends()) {
    for (const double wrong : {-0.5, 1.5, std::nan("")})
      EXPECT_THROW_MESSAGE(kl_gradients(*backend, {}, one_sample({0, 0}, {0.5, wrong})), DataError,
                           "a target is ", "give a probability");
    EXPECT_THROW_MESSAGE(kl_gradients(*backend, {.log_target = true}, one_sample({0, 0}, {-1, 0.5})),
                         DataError, "a target is 0.5", "the logarithm of a probability");
  }
}

TEST(KlDivLoss, NamesTheShapeItExpected) {
  manual::KlDivLoss<double> loss(KlDivLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  EXPECT_THROW_MESSAGE(loss.forward({y, manual::Extents(2, 3)}, {y, manual::Extents(3, 2)}), ShapeError,
                       "targets: expected 2×3, got 3×2");
}

TEST(KlDivLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 19), drawn(1, 3), drawn(2, 11)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    const KlDivLossSpec loss{.reduction = drawn_from(std::vector{
                                 KlDivReduction::mean, KlDivReduction::batchmean, KlDivReduction::sum}),
                             .log_target = drawn_bool()};
    return loss_example("random", loss, std::move(outputs), drawn_from(std::vector{1e-3, 1.0, 100.0}));
  });
}

}  // namespace
}  // namespace twin
