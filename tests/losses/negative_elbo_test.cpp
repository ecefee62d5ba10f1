#include "manual/losses/negative_elbo.hpp"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>
#include <numbers>

#include "shared/train/trainer.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

OwnedBatch elbo_batch(Shape outputs, const std::vector<double>& y, Shape targets,
                      const std::vector<double>& t) {
  return {Tensor("inputs", std::move(outputs), y), Tensor("targets", std::move(targets), t)};
}

Gradients elbo_gradients(const Backend& backend, const NegativeElboLossSpec& loss, const OwnedBatch& batch,
                         DType dtype = DType::float64) {
  return loaded(backend, loss_alone(loss), {}, dtype)->gradients(batch.as(dtype).view());
}

// Logits of 0 say ½ of every pixel; a mean of 0 and a log-variance of 0 are those of N(0, 1).
TEST(NegativeElboLoss, DivergenceIsZeroAtTheStandardNormal) {
  const OwnedBatch batch = elbo_batch({1, 4}, {0, 0, 0, 0}, {1, 2}, {1, 0});
  for (const Backend* backend : backends())
    for (const double beta : {0.0, 1.0, 100.0}) {
      const Gradients gradients = elbo_gradients(*backend, {.latent = 1, .beta = beta}, batch);
      EXPECT_NEAR(gradients.loss, 2 * std::log(2), 1e-15) << backend->name();
      EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(-0.5, 0.5, 0, 0)) << backend->name();
    }
}

// One pixel, two numbers of the code: means 2 and -1, variances 4 and 1.
TEST(NegativeElboLoss, WeighsTheDivergenceByBeta) {
  const OwnedBatch batch = elbo_batch({1, 5}, {0, 2, -1, std::log(4), 0}, {1, 1}, {0.5});
  const double divergence = (4 + 4 - 1 - std::log(4)) / 2 + 0.5;
  for (const Backend* backend : backends())
    for (const double beta : {1.0, 3.0}) {
      const Gradients gradients = elbo_gradients(*backend, {.latent = 2, .beta = beta}, batch);
      EXPECT_NEAR(gradients.loss, std::log(2) + beta * divergence, 1e-14) << backend->name();
      EXPECT_THAT(
          gradients.input->to_doubles(),
          Pointwise(DoubleNear(1e-14), std::vector<double>{0, beta * 2, -beta, beta * (4 - 1) / 2, 0}))
          << backend->name();
    }
}

// Four rows, in a sequence too: pixels and numbers of the code are added up, rows are averaged.
TEST(NegativeElboLoss, IsTheMeanOverRows) {
  const std::vector<double> row{0, 0, 1, 0};
  std::vector<double> y;
  for (int i = 0; i < 4; ++i) y.insert(y.end(), row.begin(), row.end());
  const std::vector<double> t(8, 1.0);
  for (const Backend* backend : backends())
    for (const bool sequence : {false, true}) {
      const OwnedBatch batch =
          sequence ? elbo_batch({2, 2, 4}, y, {2, 2, 2}, t) : elbo_batch({4, 4}, y, {4, 2}, t);
      const Gradients gradients = elbo_gradients(*backend, {.latent = 1}, batch);
      EXPECT_NEAR(gradients.loss, 2 * std::log(2) + 0.5, 1e-14) << backend->name();
      const std::vector<double> d_y = gradients.input->to_doubles();
      EXPECT_THAT(std::vector(d_y.begin(), d_y.begin() + 4), ElementsAre(-0.125, -0.125, 0.25, 0))
          << backend->name();
    }
}

// KL(p ‖ q) = ∫ p·log(p/q), by the trapezoidal rule; p is N(m, exp(l)), q is N(0, 1).
double divergence_by_quadrature(double m, double l) {
  constexpr int kSteps = 4000;
  constexpr double kFar = 14;  // deviations, behind which there is nothing
  const double deviation = std::exp(l / 2), width = 2 * kFar / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double e = -kFar + width * i, z = m + deviation * e;
    const double density = std::exp(-e * e / 2) / std::sqrt(2 * std::numbers::pi);
    sum += density * (-e * e / 2 - l / 2 + z * z / 2) * width;
  }
  return sum;
}

TEST(NegativeElboLoss, DivergenceIsThatOfTheTwoDistributions) {
  for (const double m : {-1.5, 0.0, 0.3, 2.0})
    for (const double l : {-2.0, -0.1, 0.0, 1.0})
      for (const Backend* backend : backends()) {
        const OwnedBatch batch = elbo_batch({1, 3}, {0, m, l}, {1, 1}, {0});
        EXPECT_NEAR(elbo_gradients(*backend, {.latent = 1}, batch).loss - std::log(2),
                    divergence_by_quadrature(m, l), 1e-12)
            << backend->name() << ", mean " << m << ", log-variance " << l;
      }
}

// What is all but certain costs nothing when it is right, and its logit when it is wrong.
TEST(NegativeElboLoss, IsExactFarOut) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double size : {1e3, 1e4, 1e30}) {
        const auto at = [&](double logit, double target) {
          return elbo_gradients(*backend, {.latent = 1}, elbo_batch({1, 3}, {logit, 0, 0}, {1, 1}, {target}),
                                dtype);
        };
        const double rounded = dtype == DType::float32 ? static_cast<double>(static_cast<float>(size)) : size;
        EXPECT_EQ(at(size, 0).loss, rounded) << backend->name();
        EXPECT_EQ(at(-size, 1).loss, rounded) << backend->name();
        EXPECT_NEAR(at(size, 1).loss, 0, 1e-40) << backend->name();
        EXPECT_NEAR(at(-size, 0).loss, 0, 1e-40) << backend->name();
        EXPECT_THAT(at(size, 0).input->to_doubles(), ElementsAre(1, 0, 0)) << backend->name();
        EXPECT_THAT(at(-size, 1).input->to_doubles(), ElementsAre(-1, 0, 0)) << backend->name();
      }
}

TEST(NegativeElboLossTwin, GradientsMatchOnRandomShapesAndScales) {
  expect_twins_agree_on_random([] {
    const NegativeElboLossSpec loss{.latent = drawn(1, 5),
                                    .beta = drawn_from(std::vector{0.0, 0.5, 1.0, 4.0})};
    return loss_example("random", loss, {drawn(1, 11), 2 * loss.latent + drawn(1, 7)},
                        drawn_from(std::vector{0.1, 1.0, 3.0}));
  });
}

TEST(NegativeElboLoss, PredictsTheProbabilitiesOfThePixels) {
  const LossSpec loss = NegativeElboLossSpec{.latent = 1};
  const Tensor outputs("outputs", {2, 4}, std::vector<double>{0, std::log(3), 7, 7, -1e3, 1e3, 7, 7});
  const Tensor predicted = predicted_targets(loss, outputs);
  EXPECT_THAT(predicted.shape(), ElementsAre(2, 2));
  EXPECT_THAT(predicted.to_doubles(), Pointwise(DoubleNear(1e-15), std::vector<double>{0.5, 0.75, 0, 1}));
  EXPECT_EQ(predicted_targets(loss, outputs.as(DType::float32)).dtype(), DType::float32);
  EXPECT_EQ(predicted_targets(MseLossSpec{}, outputs).to_doubles(), outputs.to_doubles());
}

// A decoder whose weights are 0 draws its biases: probabilities of ½ and ¾ against pixels of 1 and ¼.
TEST(NegativeElboLoss, ScoresAreThoseOfThePixels) {
  NetworkSpec spec{{{"bottleneck", VariationalBottleneckSpec{1, {{"dense", DenseSpec{1, 2}}}}}},
                   NegativeElboLossSpec{.latent = 1},
                   SgdSpec{},
                   UniformInitialiser{}};
  NamedTensors parameters;
  parameters.add({"bottleneck.dense.weight", {2, 1}, std::vector<double>{0, 0}});
  parameters.add({"bottleneck.dense.bias", {2}, std::vector<double>{0, std::log(3)}});
  const Split split{Tensor("inputs", {1, 2}, std::vector<double>{0.3, -0.2}),
                    Tensor("targets", {1, 2}, std::vector<double>{1, 0.25})};
  for (const Backend* backend : backends()) {
    const Scores seen = scores(*loaded(*backend, spec, parameters), split, DType::float64);
    EXPECT_NEAR(seen.squared_error.value(), 0.25, 1e-15) << backend->name();
    EXPECT_FALSE(seen.accuracy) << backend->name();
  }
}

TEST(NegativeElboLoss, RefusesNumbersThatMakeNoSense) {
  EXPECT_THROW_MESSAGE(validate(loss_alone(NegativeElboLossSpec{.latent = 0})), UsageError, "latent is 0",
                       "give 1 or more");
  for (const double beta : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW_MESSAGE(validate(loss_alone(NegativeElboLossSpec{.beta = beta})), UsageError,
                         fmt::format("beta is {}", beta));
}

TEST(NegativeElboLoss, RefusesOutputsWithoutLogits) {
  NetworkSpec spec = loss_alone(NegativeElboLossSpec{.latent = 3});
  spec.input = {6};
  EXPECT_THROW_MESSAGE(validate(spec), ShapeError,
                       "expected logits, 3 means and as many log-variances, got 6 outputs");
  manual::NegativeElboLoss<double> loss(NegativeElboLossSpec{.latent = 1});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3), t = manual::Matrix<double>::Zero(2, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "outputs: expected 2×4, got 2×3");
}

TEST(NegativeElboLoss, RefusesTargetsThatAreNoProbability) {
  for (const Backend* backend : backends())
    for (const double wrong : {-0.25, 1.5, std::nan("")})
      EXPECT_THROW_MESSAGE(
          elbo_gradients(*backend, {.latent = 1}, elbo_batch({1, 3}, {0, 0, 0}, {1, 1}, {wrong})), DataError,
          "a target is " + fmt::format("{}", wrong), "at least 0 and at most 1");
}

}  // namespace
}  // namespace twin
