#include "manual/losses/multi_margin.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

class MultiMarginOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const MultiMarginLossSpec& kind, const Tensor& scores,
                      std::vector<std::int64_t> labels) const {
    const Tensor targets("targets", {scores.shape().begin(), scores.shape().end() - 1}, std::move(labels));
    return loaded(*GetParam(), loss_alone(kind), {})->gradients({scores.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, MultiMarginOnEachSide, testing::ValuesIn(backends()), backend_name);

// Of four classes, the label's at 0.5: one below by more than the margin, one by less, one above.
TEST_P(MultiMarginOnEachSide, IsWorkedOutByHand) {
  const Tensor scores("inputs", {1, 4}, std::vector<double>{-2, 0.5, 0.25, 1});
  const Gradients linear = gradients({}, scores, {1}), squared = gradients({.p = 2}, scores, {1});
  EXPECT_EQ(linear.loss, (0.75 + 1.5) / 4);
  EXPECT_THAT(linear.input->to_doubles(), ElementsAre(0, -0.5, 0.25, 0.25));
  EXPECT_EQ(squared.loss, (0.75 * 0.75 + 1.5 * 1.5) / 4);
  EXPECT_THAT(squared.input->to_doubles(), ElementsAre(0, -(0.375 + 0.75), 0.375, 0.75));
}

TEST_P(MultiMarginOnEachSide, TheMarginMetExactlyHasNoGradient) {
  const Tensor scores("inputs", {1, 3}, std::vector<double>{2, 1, 3});
  EXPECT_THAT(gradients({}, scores, {0}).input->to_doubles(), ElementsAre(-1.0 / 3, 0, 1.0 / 3));
  EXPECT_THAT(gradients({.margin = 0}, scores, {2}).input->to_doubles(), ElementsAre(0, 0, 0));
}

TEST_P(MultiMarginOnEachSide, OneClassIsAlwaysRight) {
  const Gradients one = gradients({}, {"inputs", {3, 1}, std::vector<double>{1, -2, 3}}, {0, 0, 0});
  EXPECT_EQ(one.loss, 0);
  EXPECT_THAT(one.input->to_doubles(), testing::Each(0));
}

TEST_P(MultiMarginOnEachSide, LabelsOfASequenceAreSamplesOfTheirOwn) {
  const std::vector<double> scores{1, 2, 0, 3, -1, 5, 2, 2};
  const Gradients sequence = gradients({}, {"inputs", {2, 2, 2}, scores}, {1, 0, 0, 1}),
                  flat = gradients({}, {"inputs", {4, 2}, scores}, {1, 0, 0, 1});
  EXPECT_EQ(sequence.loss, flat.loss);
  EXPECT_EQ(sequence.input->to_doubles(), flat.input->to_doubles());
  EXPECT_EQ(sequence.input->shape(), (Shape{2, 2, 2}));
}

TEST_P(MultiMarginOnEachSide, ClassSumsOfTheGradientAreZero) {
  for (const std::int64_t p : {1, 2})
    for (Seed seed = 1; seed <= 10; ++seed) {
      constexpr std::size_t kRows = 5, kClasses = 7;
      const NetworkSpec spec = loss_alone(MultiMarginLossSpec{.p = p});
      const RandomCase data = random_case(spec, kRows, kClasses, seed);
      const std::vector<double> d =
          loaded(*GetParam(), spec, {})->gradients(data.batches[0].view()).input->to_doubles();
      for (std::size_t n = 0; n < kRows; ++n) {
        double sum = 0, largest = 0;
        for (std::size_t k = 0; k < kClasses; ++k) {
          sum += d[n * kClasses + k];
          largest = std::max(largest, std::abs(d[n * kClasses + k]));
        }
        EXPECT_LE(std::abs(sum), kClasses * unit_roundoff(DType::float64) * largest);
        EXPECT_GT(largest, 0) << "vacuous";
      }
    }
}

TEST_P(MultiMarginOnEachSide, RefusesLabelsThatAreNoClass) {
  const Tensor scores("inputs", {2, 3}, std::vector<double>(6, 1));
  for (const std::int64_t wrong : {-1, 3})
    EXPECT_THROW_MESSAGE(gradients({}, scores, {2, wrong}), DataError, "label " + std::to_string(wrong),
                         "of sample 1", "0…2");
}

// By hand alone: LibTorch adds up what is above 0, and so hides them.
TEST(MultiMarginLoss, NanScoresAreNotHidden) {
  for (std::size_t at = 0; at < 3; ++at) {
    std::vector<double> values{1, 2, 3};
    values[at] = std::nan("");
    const Tensor scores("inputs", {1, 3}, std::move(values));
    const Tensor labels("targets", {1}, std::vector<std::int64_t>{1});
    const auto network = loaded(twins().manual, loss_alone(MultiMarginLossSpec{}), {});
    EXPECT_TRUE(std::isnan(network->loss({scores.view(), labels.view()}))) << "NaN in class " << at;
  }
}

TEST(MultiMarginLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random(
      [] {
        Shape outputs{drawn(1, 19), drawn(1, 3), drawn(2, 11)};
        if (drawn_bool()) outputs.erase(outputs.begin() + 1);
        const MultiMarginLossSpec kind{.p = drawn(1, 2),
                                       .margin = drawn_from(std::vector{0.0, 0.25, 1.0, 2.0})};
        return loss_example("random", kind, std::move(outputs), drawn_from(std::vector{0.5, 1.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(MultiMarginLoss, RefusesOptionsThatItHasNot) {
  EXPECT_THROW_MESSAGE(validate(loss_alone(MultiMarginLossSpec{.p = 3})), UsageError, "p is 3",
                       "give 1 or 2");
  EXPECT_THROW_MESSAGE(
      validate(loss_alone(MultiMarginLossSpec{.margin = std::numeric_limits<double>::quiet_NaN()})),
      UsageError, "margin is nan");
}

TEST(MultiMarginLoss, NamesTheNumberOfLabelsItExpected) {
  manual::MultiMarginLoss<double> loss(MultiMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const std::vector<std::int64_t> labels{0, 1, 2};
  EXPECT_THROW_MESSAGE(loss.forward(y, labels), ShapeError, "labels: expected 2, got 3");
}

}  // namespace
}  // namespace twin
