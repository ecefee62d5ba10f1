#include "manual/losses/nll.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

class NllOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const NllLossSpec& loss, Shape shape, std::vector<double> outputs,
                      std::vector<std::int64_t> labels) const {
    const Tensor targets("targets", {shape.begin(), shape.end() - 1}, std::move(labels));
    const Tensor inputs("inputs", std::move(shape), std::move(outputs));
    return loaded(*GetParam(), loss_alone(loss), {})->gradients({inputs.view(), targets.view()});
  }
  const std::vector<double> two_rows{-1, -2, -3, -0.5, -1.5, -2.5};
};
INSTANTIATE_TEST_SUITE_P(Sides, NllOnEachSide, testing::ValuesIn(backends()), backend_name);

TEST_P(NllOnEachSide, IsTheMeanOfWhatTheLabelsSay) {
  const Gradients mean = gradients({}, {2, 3}, two_rows, {2, 0});
  EXPECT_EQ(mean.loss, 1.75);
  EXPECT_THAT(mean.input->to_doubles(), ElementsAre(0, 0, -0.5, -0.5, 0, 0));
  const Gradients sum = gradients({.reduction = Reduction::sum}, {2, 3}, two_rows, {2, 0});
  EXPECT_EQ(sum.loss, 3.5);
  EXPECT_THAT(sum.input->to_doubles(), ElementsAre(0, 0, -1, -1, 0, 0));
}

// 3 for class 2, 2 for class 0: the mean divides by 5.
TEST_P(NllOnEachSide, WeightsAreThoseOfTheLabelsAndMakeTheMean) {
  const std::vector<double> weight{2, 1, 3};
  const Gradients mean = gradients({.weight = weight}, {2, 3}, two_rows, {2, 0});
  EXPECT_NEAR(mean.loss, 2, 1e-15);
  EXPECT_THAT(mean.input->to_doubles(),
              ElementsAre(0, 0, DoubleNear(-0.6, 1e-15), DoubleNear(-0.4, 1e-15), 0, 0));
  const Gradients sum = gradients({.weight = weight, .reduction = Reduction::sum}, {2, 3}, two_rows, {2, 0});
  EXPECT_EQ(sum.loss, 10);
  EXPECT_THAT(sum.input->to_doubles(), ElementsAre(0, 0, -3, -2, 0, 0));
  std::vector<double> doubled;
  for (const double w : weight) doubled.push_back(2 * w);
  EXPECT_NEAR(gradients({.weight = doubled}, {2, 3}, two_rows, {2, 0}).loss, mean.loss, 1e-15);
}

TEST_P(NllOnEachSide, IgnoredLabelsCountNowhere) {
  for (const std::int64_t ignored : {std::int64_t{-100}, std::int64_t{1}}) {
    const Gradients some = gradients({.weight = {2, 7, 3}, .ignore_index = ignored}, {3, 3},
                                     {-1, -2, -3, 9, 9, 9, -0.5, -1.5, -2.5}, {2, ignored, 0});
    EXPECT_NEAR(some.loss, 2, 1e-15);
    EXPECT_THAT(some.input->to_doubles(),
                ElementsAre(0, 0, DoubleNear(-0.6, 1e-15), 0, 0, 0, DoubleNear(-0.4, 1e-15), 0, 0));
  }
}

TEST_P(NllOnEachSide, LabelsOfASequenceAreSamplesOfTheirOwn) {
  const std::vector<double> outputs{1, 2, 0, 3, -1, 5, 2, 2};
  const Gradients sequence = gradients({}, {2, 2, 2}, outputs, {1, -100, 0, 1}),
                  flat = gradients({}, {4, 2}, outputs, {1, -100, 0, 1});
  EXPECT_EQ(sequence.loss, flat.loss);
  EXPECT_EQ(sequence.input->to_doubles(), flat.input->to_doubles());
  EXPECT_EQ(sequence.input->shape(), (Shape{2, 2, 2}));
}

TEST_P(NllOnEachSide, RefusesWhatHasNoMean) {
  EXPECT_THROW_MESSAGE(gradients({}, {2, 3}, two_rows, {-100, -100}), DataError,
                       "all 2 labels are -100, which is ignored");
  EXPECT_THROW_MESSAGE(gradients({.weight = {0, 1, 1}}, {2, 3}, two_rows, {0, 0}), DataError,
                       "the classes of all 2 labels have weight 0");
  EXPECT_EQ(gradients({.reduction = Reduction::sum}, {2, 3}, two_rows, {-100, -100}).loss, 0);
}

TEST_P(NllOnEachSide, RefusesLabelsThatAreNoClassAndWeightsOfOtherClasses) {
  EXPECT_THROW_MESSAGE(gradients({}, {2, 3}, two_rows, {2, 3}), DataError, "label 3 of sample 1", "0…2");
  EXPECT_THROW_MESSAGE(gradients({.weight = {1, 2}}, {2, 3}, two_rows, {2, 0}), ShapeError,
                       "weight: expected 3 numbers", "got 2");
}

TEST(NllLoss, RefusesWeightsThatAreNone) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double wrong : {-1.0, kInfinity, std::nan("")})
    EXPECT_THROW_MESSAGE(validate(loss_alone(NllLossSpec{.weight = {1, wrong}})), UsageError,
                         "a number of weight is ", "at least 0");
}

TEST(NllLoss, NamesTheNumberOfLabelsItExpected) {
  manual::NllLoss<double> loss(NllLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const std::vector<std::int64_t> labels{0, 1, 2};
  EXPECT_THROW_MESSAGE(loss.forward(y, labels), ShapeError, "labels: expected 2, got 3");
  manual::NllLoss<double> weighted(NllLossSpec{.weight = {1}});
  EXPECT_THROW_MESSAGE(weighted.forward(y, std::vector<std::int64_t>{0, 1}), ShapeError,
                       "weights: expected 3, got 1");
}

TEST(NllLossTwin, GradientsMatchOnRandomShapesAndOptions) {
  expect_twins_agree_on_random([] {
    Shape outputs{drawn(1, 19), drawn(1, 3), drawn(2, 11)};
    if (drawn_bool()) outputs.erase(outputs.begin() + 1);
    NllLossSpec loss{.reduction = drawn_bool() ? Reduction::sum : Reduction::mean};
    if (drawn_bool()) loss.ignore_index = drawn(0, outputs.back() - 1);
    if (drawn_bool())
      for (std::int64_t k = 0; k < outputs.back(); ++k)
        loss.weight.push_back(0.25 * static_cast<double>(k + 1));
    return loss_example("random", loss, std::move(outputs), drawn_from(std::vector{1e-3, 1.0, 100.0}));
  });
}

}  // namespace
}  // namespace twin
