#include "manual/losses/cross_entropy.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <random>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"
#include "tests/support/ulps.hpp"

namespace twin {
namespace {

NetworkSpec cross_entropy() { return loss_alone(CrossEntropyLossSpec{}); }

RandomCase scaled_logits(std::int64_t rows, std::int64_t classes, double scale, Seed seed) {
  RandomCase data = random_case(cross_entropy(), rows, classes, seed);
  for (OwnedBatch& batch : data.batches)
    for (double& logit : batch.inputs.data<double>()) logit *= scale;
  return data;
}

TEST(CrossEntropyLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 19), drawn(1, 3), drawn(2, 11)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    return loss_example("random", CrossEntropyLossSpec{}, std::move(outputs),
                        drawn_from(std::vector{1e-3, 1.0, 10.0, 100.0}));
  });
}

// Far beyond where exp overflows (88 in float32, 709 in float64): without the row's maximum this is NaN.
TEST(CrossEntropyLossTwin, HugeLogitsStayFiniteAndTwinsAgree) {
  for (const double scale : {1e2, 1e3, 1e4})
    for (const DType dtype : {DType::float64, DType::float32})
      for (Seed seed = 1; seed <= 5; ++seed) {
        const RandomCase data = scaled_logits(5, 7, scale, seed);
        std::vector<Gradients> sides;
        for (const Backend* backend : backends()) {
          sides.push_back(
              loaded(*backend, cross_entropy(), {}, dtype)->gradients(data.batches[0].as(dtype).view()));
          EXPECT_TRUE(std::isfinite(sides.back().loss)) << backend->name() << ", logits of " << scale;
        }
        // The logits' own distance is lost beyond one part in 1/u of their size.
        const double u = unit_roundoff(dtype);
        EXPECT_NEAR(sides.front().loss, sides.back().loss, 16 * u * scale);
        EXPECT_LE(difference(*sides.front().input, *sides.back().input).max_abs, 16 * u * scale);
      }
}

// Two classes at ±1e4: the probabilities are 0 and 1, the gradients 0, or ±1/N for the wrong one.
// Eigen's vectorised exp stops short of 0, below every normal number.
TEST(CrossEntropyLoss, CertaintyIsExact) {
  const auto zero = testing::DoubleNear(0, std::numeric_limits<double>::min());
  const Tensor logits("inputs", {2, 2}, std::vector<double>{1e4, -1e4, 1e4, -1e4});
  const Tensor labels("targets", {2}, std::vector<std::int64_t>{0, 1});
  for (const Backend* backend : backends()) {
    const Gradients gradients =
        loaded(*backend, cross_entropy(), {})->gradients({logits.view(), labels.view()});
    EXPECT_EQ(gradients.loss, 1e4) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), testing::ElementsAre(zero, zero, 0.5, -0.5))
        << backend->name();
  }
}

TEST(CrossEntropyLoss, ClassSumsOfTheGradientAreZero) {
  for (const Backend* backend : backends())
    for (Seed seed = 1; seed <= 20; ++seed) {
      constexpr std::size_t kRows = 11, kClasses = 13;
      const RandomCase data = scaled_logits(kRows, kClasses, seed % 2 ? 1 : 50, seed);
      const std::vector<double> d_z =
          loaded(*backend, cross_entropy(), {})->gradients(data.batches[0].view()).input->to_doubles();
      for (std::size_t n = 0; n < kRows; ++n) {
        double sum = 0, largest = 0;
        for (std::size_t k = 0; k < kClasses; ++k) {
          sum += d_z[n * kClasses + k];
          largest = std::max(largest, std::abs(d_z[n * kClasses + k]));
        }
        // p - 1 and the p of the other classes are rounded at the size of 1/N, even where both are tiny.
        EXPECT_LE(std::abs(sum), kClasses * unit_roundoff(DType::float64) / kRows) << backend->name();
        EXPECT_GT(largest, 0) << "vacuous";
      }
    }
}

TEST(CrossEntropyLoss, OneClassIsAlwaysRight) {
  const OwnedBatch batch = random_case(cross_entropy(), 5, 1, 1).batches[0];
  for (const Backend* backend : backends()) {
    const Gradients gradients = loaded(*backend, cross_entropy(), {})->gradients(batch.view());
    EXPECT_EQ(gradients.loss, 0) << backend->name();
    EXPECT_THAT(gradients.input->to_doubles(), testing::Each(0)) << backend->name();
  }
}

TEST(CrossEntropyLoss, UniformLogitsCostTheLogarithmOfTheClasses) {
  constexpr std::size_t kClasses = 8;
  for (const double logit : {0.0, -3.0, 1e4}) {
    const Tensor logits("inputs", {2, kClasses}, std::vector<double>(2 * kClasses, logit));
    const Tensor labels("targets", {2}, std::vector<std::int64_t>{0, 5});
    for (const Backend* backend : backends()) {
      const Gradients gradients =
          loaded(*backend, cross_entropy(), {})->gradients({logits.view(), labels.view()});
      EXPECT_NEAR(gradients.loss, std::log(8), std::max(1.0, logit) * 1e-15) << backend->name();
      const std::vector<double> d_z = gradients.input->to_doubles();
      for (std::size_t i = 0; i < d_z.size(); ++i)
        EXPECT_NEAR(d_z[i], ((i == 0 || i == kClasses + 5) ? -7.0 / 8 : 1.0 / 8) / 2, 1e-15);
    }
  }
}

TEST(CrossEntropyLoss, NanLogitsAreNotHidden) {
  for (std::size_t at = 0; at < 3; ++at) {
    std::vector<double> values{1, 2, 3};
    values[at] = std::nan("");
    const Tensor logits("inputs", {1, 3}, std::move(values));
    const Tensor labels("targets", {1}, std::vector<std::int64_t>{1});
    for (const Backend* backend : backends())
      EXPECT_TRUE(std::isnan(loaded(*backend, cross_entropy(), {})->loss({logits.view(), labels.view()})))
          << backend->name() << ", NaN in class " << at;
  }
}

TEST(CrossEntropyLoss, RefusesLabelsThatAreNoClass) {
  manual::CrossEntropyLoss<double> loss(CrossEntropyLossSpec{});
  const manual::Matrix<double> z = manual::Matrix<double>::Zero(2, 3);
  for (const std::int64_t wrong : {-1, 3}) {
    const std::vector<std::int64_t> labels{2, wrong};
    EXPECT_THROW_MESSAGE(loss.forward(z, labels), DataError, "label " + std::to_string(wrong), "of sample 1",
                         "0…2");
  }
  manual::CrossEntropyLoss<double> weighted(CrossEntropyLossSpec{.weight = {1, 2}});
  const std::vector<std::int64_t> right{2, 1};
  EXPECT_THROW_MESSAGE(weighted.forward(z, right), ShapeError, "weights: expected 3, got 2");
}

class CrossEntropyOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const CrossEntropyLossSpec& kind, const Tensor& logits,
                      std::vector<std::int64_t> labels) const {
    const Tensor targets("targets", {logits.shape().begin(), logits.shape().end() - 1}, std::move(labels));
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({logits.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, CrossEntropyOnEachSide, testing::ValuesIn(backends()), backend_name);

// -100, and a class that stands for padding.
TEST_P(CrossEntropyOnEachSide, IgnoredLabelsCountNowhere) {
  for (const std::int64_t ignored : {std::int64_t{-100}, std::int64_t{1}}) {
    const CrossEntropyLossSpec kind{.ignore_index = ignored};
    const Gradients some =
        gradients(kind, {"inputs", {4, 3}, std::vector<double>{1, 2, 3, 9, -9, 9, 3, 0, -1, 5, 5, 5}},
                  {2, ignored, 0, ignored});
    const Gradients others =
        gradients(kind, {"inputs", {2, 3}, std::vector<double>{1, 2, 3, 3, 0, -1}}, {2, 0});
    EXPECT_EQ(some.loss, others.loss);
    const std::vector<double> d_z = some.input->to_doubles(), of_others = others.input->to_doubles();
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(d_z[k], of_others[k]);
      EXPECT_EQ(d_z[3 + k], 0);
      EXPECT_EQ(d_z[6 + k], of_others[3 + k]);
      EXPECT_EQ(d_z[9 + k], 0);
    }
  }
}

// N×T labels for N×T×K logits: each is a sample of its own.
TEST_P(CrossEntropyOnEachSide, LabelsOfASequenceAreSamplesOfTheirOwn) {
  const std::vector<double> logits{1, 2, 0, 3, -1, 5, 2, 2};
  const Gradients sequence = gradients({}, {"inputs", {2, 2, 2}, logits}, {1, -100, 0, 1}),
                  flat = gradients({}, {"inputs", {4, 2}, logits}, {1, -100, 0, 1});
  EXPECT_EQ(sequence.loss, flat.loss);
  EXPECT_EQ(sequence.input->to_doubles(), flat.input->to_doubles());
  EXPECT_EQ(sequence.input->shape(), (Shape{2, 2, 2}));
}

// Of uniform logits every probability is 1/K: 3 for class 2, 2 for class 0, the mean divides by 5.
TEST_P(CrossEntropyOnEachSide, WeightsAreThoseOfTheLabelsAndMakeTheMean) {
  const Tensor logits("inputs", {2, 3}, std::vector<double>{0, 0, 0, 0, std::log(2), std::log(5)});
  const CrossEntropyLossSpec mean{.weight = {2, 1, 3}}, sum{.weight = {2, 1, 3}, .reduction = Reduction::sum};
  const Gradients weighted = gradients(mean, logits, {2, 0}), summed = gradients(sum, logits, {2, 0});
  EXPECT_NEAR(weighted.loss, (3 * std::log(3) + 2 * std::log(8)) / 5, 1e-15);
  EXPECT_NEAR(summed.loss, 3 * std::log(3) + 2 * std::log(8), 1e-14);
  const double expected[] = {1, 1, -2, -2 * 7.0 / 8, 2 * 2.0 / 8, 2 * 5.0 / 8};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(weighted.input->to_doubles()[i], expected[i] / 5, 1e-15) << i;
    EXPECT_NEAR(summed.input->to_doubles()[i], expected[i], 1e-15) << i;
  }
}

// ε is spread over all four classes, the label's own among them: 0.4/4 each, and 0.6 more for the label.
TEST_P(CrossEntropyOnEachSide, SmoothingSpreadsOverAllClasses) {
  const Tensor logits("inputs", {1, 4}, std::vector<double>{0, std::log(2), std::log(4), 0});
  const Gradients smoothed = gradients({.label_smoothing = 0.4}, logits, {2});
  const double wanted[] = {0.1, 0.1, 0.7, 0.1}, p[] = {0.125, 0.25, 0.5, 0.125};
  double loss = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    loss -= wanted[k] * std::log(p[k]);
    EXPECT_NEAR(smoothed.input->to_doubles()[k], p[k] - wanted[k], 1e-15) << k;
  }
  EXPECT_NEAR(smoothed.loss, loss, 1e-15);
  // Wholly smoothed, a label says nothing.
  EXPECT_EQ(gradients({.label_smoothing = 1}, logits, {2}).loss,
            gradients({.label_smoothing = 1}, logits, {0}).loss);
}

TEST_P(CrossEntropyOnEachSide, SmoothedLabelsThatAreIgnoredCountNowhere) {
  const std::vector<double> first{1, 2, 3}, ignored{9, -9, 9}, last{3, 0, -1};
  std::vector<double> three = first, two = first;
  three.insert(three.end(), ignored.begin(), ignored.end());
  for (std::vector<double>* logits : {&three, &two}) logits->insert(logits->end(), last.begin(), last.end());
  for (const std::vector<double>& weight : {std::vector<double>{}, std::vector<double>{2, 1, 3}}) {
    const CrossEntropyLossSpec kind{.weight = weight, .label_smoothing = 0.2};
    const Gradients some = gradients(kind, {"inputs", {3, 3}, three}, {2, -100, 0});
    const Gradients others = gradients(kind, {"inputs", {2, 3}, two}, {2, 0});
    EXPECT_NEAR(some.loss, others.loss, 1e-15);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(some.input->to_doubles()[k], others.input->to_doubles()[k], 1e-16);
      EXPECT_EQ(some.input->to_doubles()[3 + k], 0);
      EXPECT_NEAR(some.input->to_doubles()[6 + k], others.input->to_doubles()[3 + k], 1e-16);
    }
  }
}

TEST_P(CrossEntropyOnEachSide, RefusesOptionsThatMakeNoSense) {
  const Tensor logits("inputs", {2, 3}, std::vector<double>(6, 1));
  EXPECT_THROW_MESSAGE(gradients({.weight = {1, 2}}, logits, {0, 1}), ShapeError,
                       "weight: expected 3 numbers", "got 2");
  EXPECT_THROW_MESSAGE(gradients({.weight = {0, 1, 1}}, logits, {0, 0}), DataError,
                       "the classes of all 2 labels have weight 0");
  EXPECT_THROW_MESSAGE(validate(loss_alone(CrossEntropyLossSpec{.weight = {1, -1}})), UsageError,
                       "a number of weight is -1");
  for (const double wrong : {-0.1, 1.5, std::nan("")})
    EXPECT_THROW_MESSAGE(validate(loss_alone(CrossEntropyLossSpec{.label_smoothing = wrong})), UsageError,
                         "label_smoothing is ", "at most 1");
}

TEST(CrossEntropyLossTwin, GradientsMatchOnRandomOptions) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 19), drawn(1, 3), drawn(2, 11)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    CrossEntropyLossSpec loss{.reduction = drawn_bool() ? Reduction::sum : Reduction::mean,
                              .label_smoothing = drawn_from(std::vector{0.0, 0.1, 0.5, 1.0})};
    if (drawn_bool()) loss.ignore_index = drawn(0, outputs.back() - 1);
    if (drawn_bool())
      for (std::int64_t k = 0; k < outputs.back(); ++k)
        loss.weight.push_back(0.25 * static_cast<double>(k + 1));
    return loss_example("random", loss, std::move(outputs), drawn_from(std::vector{1e-3, 1.0, 10.0}));
  });
}

TEST_P(CrossEntropyOnEachSide, RefusesABatchOfIgnoredLabelsAlone) {
  const Tensor logits("inputs", {2, 3}, std::vector<double>(6, 1));
  EXPECT_THROW_MESSAGE(gradients({}, logits, {-100, -100}), DataError,
                       "all 2 labels are -100, which is ignored");
  EXPECT_THROW_MESSAGE(gradients({.ignore_index = 2}, logits, {2, 2}), DataError, "all 2 labels are 2");
  EXPECT_THROW_MESSAGE(gradients({.ignore_index = 2}, logits, {2, -100}), DataError,
                       "label -100 of sample 1 is out of range 0…2");
}

TEST(CrossEntropyLoss, NamesTheNumberOfLabelsItExpected) {
  manual::CrossEntropyLoss<double> loss(CrossEntropyLossSpec{});
  const manual::Matrix<double> z = manual::Matrix<double>::Zero(2, 3);
  const std::vector<std::int64_t> labels{0, 1, 2};
  EXPECT_THROW_MESSAGE(loss.forward(z, labels), ShapeError, "labels: expected 2, got 3");
}

template <typename Scalar>
class CrossEntropyAccuracy : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(CrossEntropyAccuracy, Scalars);

TYPED_TEST(CrossEntropyAccuracy, IsWhatTheHeaderSays) {
  using Real = Exact<TypeParam>;
  constexpr manual::Index kClasses = 37;
  std::mt19937 random(1);
  for (const double deviation : {0.1, 1.0, 4.0, 20.0})
    for (std::int64_t sample = 0; sample < 500; ++sample) {
      std::normal_distribution<double> normal(0, deviation);
      manual::Matrix<TypeParam> z(1, kClasses);
      for (TypeParam& logit : z.reshaped()) logit = static_cast<TypeParam>(normal(random));
      const std::int64_t label = sample % kClasses;
      manual::CrossEntropyLoss<TypeParam> loss(CrossEntropyLossSpec{});
      const TypeParam value = loss.forward(z, {&label, 1});
      const manual::Matrix<TypeParam>& d_z = loss.backward();  // p, for one sample, but at its label

      manual::Index largest = 0;
      const Real maximum = z.row(0).maxCoeff(&largest);
      Real others = 0;
      for (manual::Index k = 0; k < kClasses; ++k)
        if (k != largest) others += std::exp(Real(z(0, k)) - maximum);
      const Real exact_loss = std::log1p(others) + (maximum - Real(z(0, label)));
      ASSERT_LE(ulps(value, exact_loss), tolerance::kElementwiseUlps) << "deviation " << deviation;
      for (manual::Index k = 0; k < kClasses; ++k) {
        if (k == label) continue;
        const Real p = std::exp(Real(z(0, k)) - maximum) / (1 + others);
        if (p < 4 * Real(std::numeric_limits<TypeParam>::min())) continue;
        ASSERT_LE(ulps(d_z(0, k), p), promised_ulps<TypeParam>(p))
            << "deviation " << deviation << ", p " << p;
      }
    }
}

}  // namespace
}  // namespace twin
