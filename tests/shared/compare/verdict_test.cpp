#include "shared/compare/verdict.hpp"

#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "tests/support/infinity.hpp"

namespace twin {
namespace {

constexpr float kUnitRoundoff = 0x1p-24F;

Tensor single(std::vector<float> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return Tensor("x", {size}, std::move(values));
}
Tensor exact(std::vector<double> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return Tensor("x", {size}, std::move(values));
}

TEST(JudgeFloat32, AllowsWhatTheOracleLoses) {
  const std::vector<RunningError> errors(2, RunningError(1, 1, 1));
  const auto verdict = [&](float actual, float oracle) {
    return judge_float32(single({1, actual}), single({1, oracle}), exact({1, 1}), errors).verdict;
  };
  EXPECT_EQ(verdict(1 + 100 * kUnitRoundoff, 1 + 50 * kUnitRoundoff), Verdict::pass);
  EXPECT_EQ(verdict(1 + 100 * kUnitRoundoff, 1), Verdict::fail);
}

TEST(JudgeFloat32, LeavesWhatIsLikelyUnchecked) {
  const std::vector<RunningError> errors(2, RunningError(1, 50, 1));
  const CheckRow row =
      judge_float32(single({1, 1 + 100 * kUnitRoundoff}), single({1, 1}), exact({1, 1}), errors);
  EXPECT_EQ(row.verdict, Verdict::unchecked);
  EXPECT_EQ(row.unchecked_share, 1);
}

// Adam divides a gradient of nothing by its own size: any update up to the learning rate is right.
TEST(JudgeFloat32, SetsAsideWhatNothingBounds) {
  const RunningError known(1, 1, 1), unknown(0, kInfinity, 1);
  const auto judge = [&](float first, float second) {
    return judge_float32(single({first, second}), single({0, 1}), exact({0, 1}), {unknown, known});
  };
  EXPECT_EQ(judge(0.5, 1).verdict, Verdict::pass);
  EXPECT_EQ(judge(0.5, 1).unchecked_share, 0.5);
  EXPECT_EQ(judge(0.5, 1 + 100 * kUnitRoundoff).verdict, Verdict::fail) << "and excuses no other";
  EXPECT_EQ(judge(0, 1).unchecked_share, 0) << "it meets the rule all the same";
  EXPECT_EQ(judge(std::numeric_limits<float>::quiet_NaN(), 1).verdict, Verdict::fail);
  EXPECT_EQ(judge(std::numeric_limits<float>::infinity(), 1).verdict, Verdict::fail);
  EXPECT_EQ(judge_float32(single({0.5}), single({0}), exact({0}), {unknown}).verdict, Verdict::unchecked);
}

// Running statistics are left behind by a step as weights are.
TEST(Culprit, KnowsEveryQuantity) {
  const auto said = [](const char* quantity) {
    CheckRow row;
    row.twin = "a";
    row.oracle = "b";
    row.quantity = quantity;
    row.verdict = Verdict::fail;
    CheckRow right;
    right.twin = "a";
    right.oracle = "finite_difference";
    return culprit({row, right}, "a", "b");
  };
  for (const char* quantity : {"loss", "gradient", "input_gradient"})
    EXPECT_EQ(said(quantity), "a and b differ, and no finite difference says which is wrong.") << quantity;
  for (const char* quantity : {"weight", "optimizer_state", "buffer"})
    EXPECT_EQ(said(quantity),
              "The gradients agree, what a step leaves behind does not: the update of a or b is wrong.")
        << quantity;
  EXPECT_EQ(said("output"),
            "The steps agree, the outputs in evaluation mode do not: the evaluation of a or b is wrong.");
}

}  // namespace
}  // namespace twin
