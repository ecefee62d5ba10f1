#include "manual/losses/ctc.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <span>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

constexpr std::int64_t kNone = CtcLossSpec::kNoLabel, kOver = CtcLossSpec::kNoStep;

class CtcOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const CtcLossSpec& kind, const Tensor& logits, std::vector<std::int64_t> labels) const {
    const Tensor targets("targets", {logits.shape()[0], logits.shape()[1]}, std::move(labels));
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({logits.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, CtcOnEachSide, testing::ValuesIn(backends()), backend_name);

Tensor random_logits(const Shape& shape, Seed seed) {
  return random_batch(loss_alone(InnerProductLossSpec{}), shape, DType::float64, seed).inputs;
}

// Every path of `steps` classes that spells `labels`, summed up; and of it the part that is in a class at a
// step.
struct AllPaths {
  double p = 0;
  std::vector<double> parts, softmax;
};
AllPaths all_paths(std::span<const double> logits, std::size_t steps, std::size_t classes,
                   const std::vector<std::int64_t>& labels, std::int64_t blank) {
  AllPaths all{0, std::vector<double>(steps * classes), std::vector<double>(steps * classes)};
  for (std::size_t t = 0; t < steps; ++t) {
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += std::exp(logits[t * classes + k]);
    for (std::size_t k = 0; k < classes; ++k)
      all.softmax[t * classes + k] = std::exp(logits[t * classes + k]) / sum;
  }
  std::vector<std::size_t> path(steps);
  for (;;) {
    std::vector<std::int64_t> spelled;
    double p = 1;
    for (std::size_t t = 0; t < steps; ++t) {
      p *= all.softmax[t * classes + path[t]];
      const auto label = static_cast<std::int64_t>(path[t]);
      if (label != blank && (t == 0 || path[t] != path[t - 1])) spelled.push_back(label);
    }
    if (spelled == labels) {
      all.p += p;
      for (std::size_t t = 0; t < steps; ++t) all.parts[t * classes + path[t]] += p;
    }
    std::size_t t = 0;
    while (t < steps && ++path[t] == classes) path[t++] = 0;
    if (t == steps) break;
  }
  for (double& part : all.parts) part /= all.p;
  return all;
}

TEST_P(CtcOnEachSide, IsTheSumOverAllPathsThatSpellTheLabels) {
  constexpr std::size_t kSteps = 5, kClasses = 4;
  for (const std::int64_t blank : {0, 2})
    for (const std::vector<std::int64_t>& labels : std::vector<std::vector<std::int64_t>>{
             {}, {1}, {3, 1}, {1, 1}, {3, 1, 3}, {3, 3, 3}, {1, 3, 1, 3}}) {
      const Tensor logits = random_logits({1, kSteps, kClasses}, 7);
      std::vector<std::int64_t> targets = labels;
      targets.resize(kSteps, kNone);
      const Gradients result = gradients({.blank = blank}, logits, targets);
      const AllPaths all = all_paths(logits.data<double>(), kSteps, kClasses, labels, blank);
      const double divisor = std::max(1.0, static_cast<double>(labels.size()));
      EXPECT_NEAR(result.loss, -std::log(all.p) / divisor, 1e-14) << labels.size() << " labels";
      const std::vector<double> d = result.input->to_doubles();
      for (std::size_t i = 0; i < d.size(); ++i)
        EXPECT_NEAR(d[i], (all.softmax[i] - all.parts[i]) / divisor, 1e-14) << labels.size() << " labels";
    }
}

// Two classes, even chances: of the four paths of two steps, three spell the label.
TEST_P(CtcOnEachSide, IsWorkedOutByHand) {
  const Gradients result = gradients({}, {"inputs", {1, 2, 2}, std::vector<double>(4, 5)}, {1, kNone});
  EXPECT_NEAR(result.loss, -std::log(0.75), 1e-15);
  // Of the three, one is at the blank in the first step: ½ - ⅓.
  const auto sixth = testing::DoubleNear(1.0 / 6, 1e-15), minus = testing::DoubleNear(-1.0 / 6, 1e-15);
  EXPECT_THAT(result.input->to_doubles(), testing::ElementsAre(sixth, minus, sixth, minus));
}

// What PyTorch is given: the logarithm of their softmax is themselves.
TEST_P(CtcOnEachSide, TakesLogProbabilitiesAsWell) {
  const Tensor logits = random_logits({2, 3, 4}, 3);
  std::vector<double> log_probabilities = logits.to_doubles();
  for (std::size_t first = 0; first < log_probabilities.size(); first += 4) {
    double sum = 0;
    for (std::size_t k = first; k < first + 4; ++k) sum += std::exp(log_probabilities[k]);
    for (std::size_t k = first; k < first + 4; ++k) log_probabilities[k] -= std::log(sum);
  }
  const std::vector<std::int64_t> labels{1, 2, kNone, 3, kNone, kNone};
  const Gradients one = gradients({}, logits, labels),
                  other = gradients({}, {"inputs", {2, 3, 4}, log_probabilities}, labels);
  EXPECT_NEAR(one.loss, other.loss, 1e-15);
  for (std::size_t i = 0; i < 24; ++i)
    EXPECT_NEAR(one.input->to_doubles()[i], other.input->to_doubles()[i], 1e-15);
}

// A sequence in a batch of longer ones is what it is by itself; what lies behind its end is not looked at.
TEST_P(CtcOnEachSide, SequencesEndWhereTheirTargetsSay) {
  std::vector<double> values = random_logits({2, 4, 3}, 5).to_doubles();
  const Gradients both = gradients({}, {"inputs", {2, 4, 3}, values}, {1, 2, 2, kNone, 2, 1, kOver, kOver});
  for (std::size_t i = 18; i < 24; ++i) values[i] = 1e3;
  const Gradients again = gradients({}, {"inputs", {2, 4, 3}, values}, {1, 2, 2, kNone, 2, 1, kOver, kOver});
  EXPECT_EQ(both.loss, again.loss);
  EXPECT_EQ(both.input->to_doubles(), again.input->to_doubles());

  const Gradients first = gradients(
      {}, {"inputs", {1, 4, 3}, std::vector(values.begin(), values.begin() + 12)}, {1, 2, 2, kNone});
  const Gradients second =
      gradients({}, {"inputs", {1, 2, 3}, std::vector(values.begin() + 12, values.begin() + 18)}, {2, 1});
  EXPECT_NEAR(both.loss, (first.loss + second.loss) / 2, 1e-15);
  const std::vector<double> d = both.input->to_doubles(), of_second = second.input->to_doubles();
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(d[12 + i], of_second[i] / 2, 1e-15);
  for (std::size_t i = 18; i < 24; ++i) EXPECT_EQ(d[i], 0);
}

// A blank has to stand between two equal labels: three steps spell two, not three of them.
TEST_P(CtcOnEachSide, SequencesTooShortForTheirLabelsCostNothingOrAreRefused) {
  const Tensor logits = random_logits({2, 3, 3}, 9);
  const std::vector<std::int64_t> labels{1, 1, 1, 1, 1, kNone};
  EXPECT_THROW_MESSAGE(gradients({}, logits, labels), DataError,
                       "the labels of sample 0 need 5 steps, there are 3", "set zero_infinity");
  const Gradients zeroed = gradients({.zero_infinity = true}, logits, labels);
  const std::vector<double> values = logits.to_doubles();
  const Gradients possible =
      gradients({}, {"inputs", {1, 3, 3}, std::vector(values.begin() + 9, values.end())}, {1, 1, kNone});
  EXPECT_NEAR(zeroed.loss, possible.loss / 2, 1e-15);
  const std::vector<double> d = zeroed.input->to_doubles();
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(d[i], 0);
  for (std::size_t i = 9; i < 18; ++i) EXPECT_NEAR(d[i], possible.input->to_doubles()[i - 9] / 2, 1e-15);
}

TEST_P(CtcOnEachSide, ClassSumsOfTheGradientAreZero) {
  const Example example = loss_example("sums", CtcLossSpec{}, {5, 7, 4}, 5);
  const OwnedBatch batch = example_case(example, 1).batches[0];
  const std::vector<double> d =
      loaded(*GetParam(), example.spec, {})->gradients(batch.view()).input->to_doubles();
  double largest = 0;
  for (std::size_t first = 0; first < d.size(); first += 4) {
    EXPECT_NEAR(d[first] + d[first + 1] + d[first + 2] + d[first + 3], 0, 1e-14);
    largest = std::max(largest, std::abs(d[first]));
  }
  EXPECT_GT(largest, 0.01) << "vacuous";
}

// p is about 4⁻³⁰⁰: far below what float32 holds, and float64 nearly.
TEST_P(CtcOnEachSide, LongSequencesDoNotUnderflow) {
  const Example example = loss_example("long", CtcLossSpec{}, {1, 300, 4});
  const OwnedBatch batch = example_case(example, 1).batches[0];
  for (const DType dtype : {DType::float64, DType::float32}) {
    const Gradients result = loaded(*GetParam(), example.spec, {}, dtype)->gradients(batch.as(dtype).view());
    EXPECT_TRUE(std::isfinite(result.loss));
    EXPECT_GT(result.loss, 0);
    for (const double d : result.input->to_doubles()) EXPECT_TRUE(std::isfinite(d));
  }
}

TEST_P(CtcOnEachSide, RefusesTargetsThatAreNotAsTheyShouldBe) {
  const Tensor logits("inputs", {2, 3, 3}, std::vector<double>(18, 1));
  const auto refused = [&](std::vector<std::int64_t> row, const char* why) {
    std::vector<std::int64_t> labels{1, 2, kNone};
    labels.insert(labels.end(), row.begin(), row.end());
    EXPECT_THROW_MESSAGE(gradients({}, logits, labels), DataError, why);
  };
  refused({3, kNone, kNone}, "label 3 of sample 1 is out of range 0…2");
  refused({-3, kNone, kNone}, "label -3 of sample 1 is out of range 0…2");
  refused({0, kNone, kNone}, "label 0 of sample 1 is the blank");
  refused({1, kNone, 2}, "the labels of sample 1 go on at 2 behind their end");
  refused({1, kOver, kNone}, "the labels of sample 1 go on at 2 behind their end");
  refused({kOver, kOver, kOver}, "sample 1 has no step");
  const Tensor flat("inputs", {6, 3}, std::vector<double>(18, 1)),
      labels("targets", {6}, std::vector<std::int64_t>(6, 1));
  const auto network = loaded(*GetParam(), loss_alone(CtcLossSpec{}), {});
  EXPECT_THROW_MESSAGE(network->loss({flat.view(), labels.view()}), ShapeError,
                       "expected sequences, N×T×K, got 6×3");
  EXPECT_THROW_MESSAGE(gradients({.blank = 3}, logits, {1, 2, 1, 1, 2, 1}), ShapeError,
                       "expected more than 3 classes");
  EXPECT_THROW_MESSAGE(validate(loss_alone(CtcLossSpec{.blank = -1})), UsageError, "blank is -1");
}

TEST(CtcLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    const std::int64_t classes = drawn(2, 6);
    const CtcLossSpec kind{.blank = drawn(0, classes - 1), .zero_infinity = drawn_bool()};
    return loss_example("random", kind, {drawn(1, 7), drawn(1, 9), classes},
                        drawn_from(std::vector{1e-3, 1.0, 10.0}));
  });
}

// The labels of every sequence fit its steps, unless they need not; some are empty, some have equal
// neighbours, some end early.
TEST(CtcLoss, DrawsSequencesOfAllKinds) {
  std::int64_t empty = 0, repeated = 0, ended = 0, impossible = 0;
  for (const bool zero_infinity : {false, true})
    for (Seed seed = 1; seed <= 20; ++seed) {
      const CtcLossSpec kind{.blank = 1, .zero_infinity = zero_infinity};
      const Shape outputs{7, 6, 3};
      const OwnedBatch batch = random_batch(loss_alone(kind), outputs, DType::float64, seed);
      EXPECT_NO_THROW(validate_targets(kind, outputs, DType::float64, batch.targets.view()));
      const auto labels = batch.targets.data<std::int64_t>();
      for (std::size_t n = 0; n < 7; ++n) {
        const auto row = labels.subspan(6 * n, 6);
        const auto lengths = CtcLossSpec::lengths_of(row);
        const auto needed = CtcLossSpec::steps_needed(row.first(static_cast<std::size_t>(lengths.labels)));
        empty += lengths.labels == 0;
        repeated += needed > lengths.labels;
        ended += lengths.steps < 6;
        impossible += needed > lengths.steps;
      }
    }
  EXPECT_GT(std::min({empty, repeated, ended, impossible}), 5);
}

TEST(CtcLoss, NamesTheShapeItExpected) {
  manual::CtcLoss<double> loss(CtcLossSpec{});
  const std::vector<double> values(12, 1);
  const std::vector<std::int64_t> labels{1, 1, 1};
  EXPECT_THROW_MESSAGE(loss.forward({values.data(), manual::Extents(2, 2, 3)}, labels), ShapeError,
                       "expected outputs N×T×K and N·T targets, got 2×2×3 and 3");
}

}  // namespace
}  // namespace twin
