#include "manual/losses/bce_with_logits.hpp"

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

NetworkSpec bce() { return loss_alone(BceWithLogitsLossSpec{}); }

TEST(BceWithLogitsLoss, IsTheMeanOverAllElements) {
  manual::BceWithLogitsLoss<double> loss(BceWithLogitsLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Ones(2, 3);
  EXPECT_DOUBLE_EQ(loss.forward(y, t), std::log(2));
  EXPECT_TRUE(loss.backward().isApproxToConstant(-0.5 / 6));  // by N alone it would be -¼
}

// What is all but certain costs nothing when it is right, and its logit when it is wrong.
TEST(BceWithLogitsLoss, IsExactFarOut) {
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double size : {1e2, 1e4, 1e30}) {
        const auto at = [&](double logit, double target) {
          return loaded(*backend, bce(), {}, dtype)
              ->gradients(one_sample({logit}, {target}).as(dtype).view());
        };
        const double rounded = dtype == DType::float32 ? static_cast<double>(static_cast<float>(size)) : size;
        EXPECT_NEAR(at(size, 1).loss, 0, 1e-40) << backend->name();
        EXPECT_NEAR(at(-size, 0).loss, 0, 1e-40) << backend->name();
        EXPECT_EQ(at(size, 0).loss, rounded) << backend->name();
        EXPECT_EQ(at(-size, 1).loss, rounded) << backend->name();
        EXPECT_THAT(at(size, 0).input->to_doubles(), ElementsAre(1)) << backend->name();
        EXPECT_THAT(at(-size, 1).input->to_doubles(), ElementsAre(-1)) << backend->name();
        EXPECT_NEAR(at(size, 1).input->to_doubles()[0], 0, 1e-40) << backend->name();
        EXPECT_NEAR(at(-size, 0).input->to_doubles()[0], 0, 1e-40) << backend->name();
      }
}

// A target between 0 and 1 is met where the logit is its log-odds: the gradient vanishes, the loss is the
// entropy.
TEST(BceWithLogitsLoss, LeastLossIsTheEntropyOfTheTarget) {
  const double t = 0.2;
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, bce(), {})->gradients(one_sample({std::log(0.25)}, {t}).view());
    EXPECT_NEAR(gradients.loss, -t * std::log(t) - (1 - t) * std::log(1 - t), 1e-15) << backend->name();
    EXPECT_NEAR(gradients.input->to_doubles()[0], 0, 1e-16) << backend->name();
  }
}

TEST(BceWithLogitsLoss, IsSymmetricInWhatIsCalledOne) {
  const OwnedBatch batch = random_case(bce(), 5, 7, 1).batches[0];
  OwnedBatch mirrored = batch;
  for (double& logit : mirrored.inputs.data<double>()) logit = -logit;
  for (double& target : mirrored.targets.data<double>()) target = 1 - target;
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = loaded(*backend, bce(), {});
    const Gradients gradients = network->gradients(batch.view()), other = network->gradients(mirrored.view());
    EXPECT_NEAR(gradients.loss, other.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(gradients.input->to_doubles()[i], -other.input->to_doubles()[i], 1e-16) << backend->name();
  }
}

// At a logit of 0 both probabilities are ½. The weight is that of what should be 1 alone.
TEST(BceWithLogitsLoss, PosWeightWeighsWhatShouldBeOne) {
  const BceWithLogitsLossSpec weighted{.pos_weight = {3, 0.5}}, one_for_all{.pos_weight = {3}};
  const OwnedBatch batch{Tensor("inputs", {2, 2}, std::vector<double>{0, 0, 0, 0}),
                         Tensor("targets", {2, 2}, std::vector<double>{1, 1, 0, 0.5})};
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, loss_alone(weighted), {})->gradients(batch.view());
    EXPECT_NEAR(gradients.loss, std::log(2) * (3 + 0.5 + 1 + 0.75) / 4, 1e-15) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), ElementsAre(-1.5 / 4, -0.25 / 4, 0.5 / 4, 0.125 / 4))
        << backend->name();
    const Gradients same = loaded(*backend, loss_alone(one_for_all), {})->gradients(batch.view());
    EXPECT_THAT(same.input->to_doubles(), ElementsAre(-1.5 / 4, -1.5 / 4, 0.5 / 4, -0.5 / 4))
        << backend->name();
  }
}

TEST(BceWithLogitsLoss, PosWeightIsExactFarOut) {
  const NetworkSpec weighted = loss_alone(BceWithLogitsLossSpec{.pos_weight = {3}});
  for (const Backend* backend : backends())
    for (const double size : {1e2, 1e4, 1e30}) {
      const auto at = [&](double logit, double target) {
        return loaded(*backend, weighted, {})->gradients(one_sample({logit}, {target}).view());
      };
      EXPECT_EQ(at(-size, 1).loss, 3 * size) << backend->name();
      EXPECT_EQ(at(size, 0).loss, size) << backend->name();
      EXPECT_THAT(at(-size, 1).input->to_doubles(), ElementsAre(-3)) << backend->name();
      EXPECT_THAT(at(size, 0).input->to_doubles(), ElementsAre(1)) << backend->name();
      EXPECT_NEAR(at(size, 1).loss, 0, 1e-40) << backend->name();
      EXPECT_NEAR(at(size, 1).input->to_doubles()[0], 0, 1e-40) << backend->name();
    }
}

TEST(BceWithLogitsLoss, WeightsOfOneChangeNothing) {
  const OwnedBatch batch = random_case(bce(), 5, 7, 1).batches[0];
  const NetworkSpec weighted = loss_alone(BceWithLogitsLossSpec{.pos_weight = std::vector<double>(7, 1)});
  for (const Backend* backend : backends()) {
    const Gradients bare = loaded(*backend, bce(), {})->gradients(batch.view());
    const Gradients with_ones = loaded(*backend, weighted, {})->gradients(batch.view());
    EXPECT_NEAR(bare.loss, with_ones.loss, 1e-15) << backend->name();
    for (std::size_t i = 0; i < 35; ++i)
      EXPECT_NEAR(bare.input->to_doubles()[i], with_ones.input->to_doubles()[i], 1e-17) << backend->name();
  }
}

TEST(BceWithLogitsLoss, SumIsTheMeanTimesTheElements) {
  const OwnedBatch batch = random_case(bce(), 4, 8, 1).batches[0];
  const NetworkSpec sum = loss_alone(BceWithLogitsLossSpec{.reduction = Reduction::sum});
  for (const Backend* backend : backends()) {
    const Gradients mean = loaded(*backend, bce(), {})->gradients(batch.view());
    const Gradients summed = loaded(*backend, sum, {})->gradients(batch.view());
    EXPECT_NEAR(summed.loss, 32 * mean.loss, 1e-13) << backend->name();
    for (std::size_t i = 0; i < 32; ++i)
      EXPECT_EQ(summed.input->to_doubles()[i], 32 * mean.input->to_doubles()[i]) << backend->name();
  }
}

TEST(BceWithLogitsLoss, RefusesWeightsThatDoNotFit) {
  const NetworkSpec two = loss_alone(BceWithLogitsLossSpec{.pos_weight = {1, 2}});
  for (const Backend* backend : backends())
    EXPECT_THROW_MESSAGE(loaded(*backend, two, {})->loss(one_sample({1, 2, 3}, {0, 0, 1}).view()), ShapeError,
                         "pos_weight: expected 3 numbers", "got 2");
  EXPECT_THROW_MESSAGE(validate(loss_alone(BceWithLogitsLossSpec{.pos_weight = {-1}})), UsageError,
                       "a number of pos_weight is -1");
  manual::BceWithLogitsLoss<double> loss(BceWithLogitsLossSpec{.pos_weight = {1, 2}});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  EXPECT_THROW_MESSAGE(loss.forward(y, y), ShapeError, "pos_weight: expected 3, got 2");
}

TEST(BceWithLogitsLossTwin, GradientsMatchOnRandomWeightsAndReductions) {
  expect_twins_agree_on_random([] {
    const std::int64_t columns = drawn(1, 7);
    BceWithLogitsLossSpec loss{.reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    const std::int64_t weights = drawn_bool() ? columns : 1;
    for (std::int64_t k = 0; k < weights; ++k) loss.pos_weight.push_back(0.5 * static_cast<double>(k) + 0.25);
    return loss_example("random", loss, {drawn(1, 19), columns},
                        drawn_from(std::vector{1e-3, 1.0, 10.0, 100.0}));
  });
}

TEST(BceWithLogitsLossTwin, GradientsMatchOnRandomShapesAndScales) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t rows = drawn(1, 19), columns = drawn(1, 7);
    const double scale = drawn_from(std::vector{1e-3, 1.0, 10.0, 100.0, 1e3});
    const bool hard = drawn_bool();
    const Seed seed = drawn_seed();
    RandomCase data = random_case(bce(), rows, columns, seed, 1);
    for (double& logit : data.batches[0].inputs.data<double>()) logit *= scale;
    if (hard)
      for (double& target : data.batches[0].targets.data<double>()) target = std::round(target);
    for (const DType dtype : {DType::float64, DType::float32})
      RC_ASSERT(failures_of(check_equivalence(twins(), bce(), data.parameters, data.batches,
                                              {.dtype = dtype, .steps = 1, .seed = seed})) == "");
  }));
}

TEST(BceWithLogitsLoss, RefusesTargetsThatAreNoProbability) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const Backend* backend : backends())
    for (const DType dtype : {DType::float64, DType::float32})
      for (const double wrong : {-0.25, 1.5, kNan}) {
        const std::unique_ptr<Network> network = loaded(*backend, bce(), {}, dtype);
        const OwnedBatch batch = one_sample({1, 2}, {1, wrong}).as(dtype);
        EXPECT_THROW_MESSAGE(network->loss(batch.view()), DataError,
                             "a target is " + fmt::format("{}", wrong), "at least 0 and at most 1");
        EXPECT_THROW(network->train_step(batch.view()), DataError);
      }
  EXPECT_NO_THROW(loaded(twins().manual, bce(), {})->loss(one_sample({1, 2, 3}, {0, -0.0, 1}).view()));
}

TEST(BceWithLogitsLoss, NanLogitsAreNotHidden) {
  for (const double target : {0.0, 0.5, 1.0})
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<double> logits(9, 1.0);
      logits[at] = std::nan("");
      const OwnedBatch batch = one_sample(logits, std::vector(9, target));
      for (const Backend* backend : backends())
        EXPECT_TRUE(std::isnan(loaded(*backend, bce(), {})->loss(batch.view()))) << backend->name();
    }
}

TEST(BceWithLogitsLoss, NamesTheShapeItExpected) {
  manual::BceWithLogitsLoss<double> loss(BceWithLogitsLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const manual::Matrix<double> t = manual::Matrix<double>::Zero(3, 2);
  EXPECT_THROW_MESSAGE(loss.forward(y, t), ShapeError, "targets: expected 2×3, got 3×2");
}

template <typename Scalar>
class BceWithLogitsAccuracy : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(BceWithLogitsAccuracy, Scalars);

// log(1 + exp(-|y|)), where the header takes it from: exact where either summand is all there is.
template <typename T>
Exact<T> exact_loss(T y, T t) {
  const Exact<T> size = std::abs(Exact<T>(y)), against = y >= 0 ? 1 - Exact<T>(t) : Exact<T>(t);
  return size * against + std::log1p(std::exp(-size));
}

TYPED_TEST(BceWithLogitsAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr int kValues = 100000;
  const double farthest = -std::log(static_cast<double>(std::numeric_limits<TypeParam>::min())) - 1;
  manual::Matrix<TypeParam> y(1, 1), t(1, 1);
  manual::BceWithLogitsLoss<TypeParam> loss(BceWithLogitsLossSpec{});
  for (int i = 0; i < kValues; ++i) {
    const double size = i % 2 ? farthest * i / kValues : std::exp2(-30 + 36.0 * i / kValues);
    y(0, 0) = static_cast<TypeParam>(i % 4 < 2 ? size : -size);
    for (const double target : {0.0, 1.0, 0.3, 1 - 1e-6}) {
      t(0, 0) = static_cast<TypeParam>(target);
      const Real exact = exact_loss(y(0, 0), t(0, 0));
      ASSERT_LE(ulps(loss.forward(y, t), exact), promised_ulps<TypeParam>(exact)) << y << ", target " << t;
      if (target != 0 && target != 1) continue;
      const Real d_y = target == 0 ? 1 / (1 + std::exp(-Real(y(0, 0)))) : -1 / (1 + std::exp(Real(y(0, 0))));
      ASSERT_LE(ulps(loss.backward()(0, 0), d_y), promised_ulps<TypeParam>(d_y)) << y << ", target " << t;
    }
  }
}

// Among others, where exp and log1p are Eigen's own.
TYPED_TEST(BceWithLogitsAccuracy, HoldsInRowsToo) {
  using Real = Exact<TypeParam>;
  constexpr manual::Index kColumns = 4096;
  manual::Matrix<TypeParam> y(1, kColumns), t(1, kColumns);
  for (const double scale : {1e-3, 1.0, 20.0, 80.0}) {
    Real sum = 0;
    for (manual::Index k = 0; k < kColumns; ++k) {
      y(0, k) = static_cast<TypeParam>(scale * (2.0 * static_cast<double>(k) / kColumns - 1));
      t(0, k) = static_cast<TypeParam>(k % 3 % 2);
      sum += exact_loss(y(0, k), t(0, k));
    }
    manual::BceWithLogitsLoss<TypeParam> loss(BceWithLogitsLossSpec{});
    EXPECT_LE(ulps(loss.forward(y, t), sum / Real(kColumns)), tolerance::kElementwiseUlps) << scale;
    const manual::Matrix<TypeParam> d_y = loss.backward() * TypeParam(kColumns);
    for (manual::Index k = 0; k < kColumns; ++k) {
      const Real exact =
          t(0, k) == 0 ? 1 / (1 + std::exp(-Real(y(0, k)))) : -1 / (1 + std::exp(Real(y(0, k))));
      ASSERT_LE(ulps(d_y(0, k), exact), promised_ulps<TypeParam>(exact)) << y(0, k) << ", target " << t(0, k);
    }
  }
}

}  // namespace
}  // namespace twin
