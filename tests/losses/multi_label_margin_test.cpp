#include "manual/losses/multi_label_margin.hpp"

#include <gmock/gmock.h>
#include <set>

#include "tests/support/expect_message.hpp"
#include "tests/support/random_examples.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

class MultiLabelMarginOnEachSide : public testing::TestWithParam<const Backend*> {
 protected:
  Gradients gradients(const Tensor& scores, std::vector<std::int64_t> labels) const {
    const Tensor targets("targets", scores.shape(), std::move(labels));
    return loaded(*GetParam(), loss_alone(MultiLabelMarginLossSpec{}), {})
        ->gradients({scores.view(), targets.view()});
  }
};
INSTANTIATE_TEST_SUITE_P(Sides, MultiLabelMarginOnEachSide, testing::ValuesIn(backends()), backend_name);

// PyTorch's own example, its scores in quarters: the sample has the classes 3 and 0; 1 and 2 it has not.
TEST_P(MultiLabelMarginOnEachSide, IsWorkedOutByHand) {
  const Tensor scores("inputs", {1, 4}, std::vector<double>{0.25, 0.5, 0.5, 2});
  const Gradients result = gradients(scores, {3, 0, -1, 1});
  EXPECT_EQ(result.loss, (0 + 0 + 1.25 + 1.25) / 4);
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(-0.5, 0.25, 0.25, 0));
}

TEST_P(MultiLabelMarginOnEachSide, TheMarginMetExactlyHasNoGradient) {
  const Gradients result = gradients({"inputs", {1, 3}, std::vector<double>{2, 1, 1.5}}, {0, -1, -1});
  EXPECT_THAT(result.input->to_doubles(), ElementsAre(-1.0 / 3, 0, 1.0 / 3));
}

// No class, and all of them: there is nothing to hold against each other.
TEST_P(MultiLabelMarginOnEachSide, RowsOfNoneOrAllCostNothing) {
  const Gradients result =
      gradients({"inputs", {2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6}}, {-1, 0, 1, 2, 0, 1});
  EXPECT_EQ(result.loss, 0);
  EXPECT_THAT(result.input->to_doubles(), testing::Each(0));
}

TEST_P(MultiLabelMarginOnEachSide, RowsOfASequenceAreSamplesOfTheirOwn) {
  const std::vector<double> scores{1, 2, 0, 3, -1, 5, 2, 2};
  const std::vector<std::int64_t> labels{1, -1, 0, -1, 0, -1, 1, -1};
  const Gradients sequence = gradients({"inputs", {2, 2, 2}, scores}, labels),
                  flat = gradients({"inputs", {4, 2}, scores}, labels);
  EXPECT_EQ(sequence.loss, flat.loss);
  EXPECT_EQ(sequence.input->to_doubles(), flat.input->to_doubles());
}

TEST_P(MultiLabelMarginOnEachSide, RefusesLabelsThatAreNoClass) {
  const Tensor scores("inputs", {2, 3}, std::vector<double>(6, 1));
  for (const std::int64_t wrong : {-2, 3})
    EXPECT_THROW_MESSAGE(gradients(scores, {2, -1, 9, 0, wrong, -1}), DataError,
                         "label " + std::to_string(wrong), "of sample 1", "0…2", "a row ends with -1");
}

TEST(MultiLabelMarginLossTwin, GradientsMatchOnRandomShapes) {
  expect_twins_agree_on_random(
      [] {
        Shape outputs{drawn(1, 19), drawn(1, 3), drawn(1, 9)};
        if (drawn_bool()) outputs.erase(outputs.begin() + 1);
        return loss_example("random", MultiLabelMarginLossSpec{}, std::move(outputs),
                            drawn_from(std::vector{0.5, 1.0, 100.0}));
      },
      {.finite_differences = false});
}

TEST(MultiLabelMarginLoss, DrawsRowsOfDifferentClasses) {
  std::set<std::ptrdiff_t> lengths;
  for (Seed seed = 1; seed <= 20; ++seed) {
    const NetworkSpec spec = loss_alone(MultiLabelMarginLossSpec{});
    const OwnedBatch batch = random_case(spec, 5, 4, seed).batches[0];
    const auto labels = batch.targets.data<std::int64_t>();
    for (std::size_t n = 0; n < 5; ++n) {
      const auto row = labels.subspan(4 * n, 4);
      const auto end = std::find(row.begin(), row.end(), -1);
      lengths.insert(end - row.begin());
      EXPECT_EQ(std::set<std::int64_t>(row.begin(), end).size(), static_cast<std::size_t>(end - row.begin()));
      EXPECT_THAT(std::vector(end, row.end()), testing::Each(-1));
    }
    EXPECT_EQ(labels[4 * 4 + 2], -1);
    EXPECT_NE(labels[4 * 4 + 1], -1);
  }
  EXPECT_THAT(lengths, ElementsAre(0, 1, 2, 3, 4));
}

TEST(MultiLabelMarginLoss, NamesTheNumberOfLabelsItExpected) {
  manual::MultiLabelMarginLoss<double> loss(MultiLabelMarginLossSpec{});
  const manual::Matrix<double> y = manual::Matrix<double>::Zero(2, 3);
  const std::vector<std::int64_t> labels{0, 1, 2};
  EXPECT_THROW_MESSAGE(loss.forward(y, labels), ShapeError, "labels: expected 6, got 3");
}

}  // namespace
}  // namespace twin
