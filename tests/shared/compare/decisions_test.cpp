#include "shared/compare/decisions.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include "tests/support/infinity.hpp"

namespace twin {
namespace {

constexpr double kU32 = 0x1p-24, kU64 = 0x1p-53;

TEST(Decisions, OfFloatingPointNumbersAreComparisons) {
  static_assert(decide_above(2.0F, 1.0F) && !decide_above(1.0F, 1.0F) && !decide_above(1.0, 2.0));
  EXPECT_FALSE(decide_above(std::nan(""), 0.0));
  DecisionRecorder recorder(kU32);
  decide_above(2.0, 1.0);
  EXPECT_EQ(recorder.decisions(), 0) << "that of RunningError alone are recorded";
}

TEST(Decisions, NeedNoRecorder) { EXPECT_TRUE(decide_above(RunningError(1), RunningError(0))); }

TEST(Decisions, KnowTheirMargin) {
  DecisionRecorder recorder(kU32);
  EXPECT_EQ(recorder.smallest_margin(), kInfinity);
  EXPECT_TRUE(decide_above(RunningError(1, 1000, 1), RunningError(0.5, 2000, 1)));
  EXPECT_EQ(recorder.decisions(), 1);
  EXPECT_EQ(recorder.too_close(), 0);
  EXPECT_NEAR(recorder.smallest_margin(), 0.5 / (3000 * kU32), 1e-3);
  EXPECT_FALSE(decide_above(RunningError(-1e-6, 1000, 1), 0));
  EXPECT_EQ(recorder.decisions(), 2);
  EXPECT_EQ(recorder.too_close(), 1);
  EXPECT_NEAR(recorder.smallest_margin(), 1e-6 / (1000 * kU32), 1e-6);
}

TEST(Decisions, DependOnTheDType) {
  DecisionRecorder recorder(kU64);
  decide_above(RunningError(-1e-6, 1000, 1), 0);
  EXPECT_EQ(recorder.too_close(), 0);
  // Each twin is within 1u of the exact value, and so is this one: together they know it to 2u.
  decide_above(RunningError(1.9 * kU64, 1, 1), 0);
  EXPECT_EQ(recorder.too_close(), 1);
}

TEST(Decisions, OnExactNumbersAreNeverTooClose) {
  DecisionRecorder recorder(kU32);
  EXPECT_FALSE(decide_above(RunningError(0), RunningError(0)));
  EXPECT_EQ(recorder.decisions(), 1);
  EXPECT_EQ(recorder.too_close(), 0);
  EXPECT_EQ(recorder.smallest_margin(), kInfinity);
}

TEST(Decisions, OnWhatIsNotBoundedAreTooClose) {
  DecisionRecorder recorder(kU32);
  decide_above(RunningError(1, kInfinity, 1), 0);
  decide_above(RunningError(std::nan("")), 0);
  EXPECT_EQ(recorder.too_close(), 2);
}

TEST(Decisions, GoToEveryRecorderOfTheirTime) {
  const RunningError x(1e-6, 1000, 1);
  DecisionRecorder outer(kU32);
  decide_above(x, 0);
  {
    DecisionRecorder inner(kU64);
    decide_above(x, 0);
    EXPECT_EQ(inner.decisions(), 1);
    EXPECT_EQ(inner.too_close(), 0);
  }
  decide_above(x, 0);
  EXPECT_EQ(outer.decisions(), 3);
  EXPECT_EQ(outer.too_close(), 3);
}

TEST(Decisions, PlainComparisonsAreNone) {
  DecisionRecorder recorder(kU32);
  const RunningError x(1e-6, 1000, 1), y = 0;
  EXPECT_TRUE(x > y && max(x, y) == x);
  EXPECT_EQ(recorder.decisions(), 0);
}

TEST(Decisions, OfTheLargestTakeTheFirst) {
  const std::vector<float> x = {1, 3, 2, 3};
  EXPECT_EQ(decide_largest(x.size(), [&](std::size_t i) { return x[i]; }), 1U);
  const std::vector<RunningError> same(x.begin(), x.end());
  EXPECT_EQ(decide_largest(same.size(), [&](std::size_t i) -> const RunningError& { return same[i]; }), 1U);
}

// As max_pool2d of PyTorch hands it on.
TEST(Decisions, OfTheLargestTakeTheLastNan) {
  const double nan = std::nan("");
  const auto largest_of = [](const std::vector<double>& x) {
    const std::vector<RunningError> bounded(x.begin(), x.end());
    const std::size_t largest = decide_largest(x.size(), [&](std::size_t i) { return x[i]; });
    EXPECT_EQ(decide_largest(x.size(), [&](std::size_t i) { return bounded[i]; }), largest);
    return largest;
  };
  EXPECT_EQ(largest_of({nan, 1, 2}), 0U);
  EXPECT_EQ(largest_of({1, nan, 2}), 1U);
  EXPECT_EQ(largest_of({1, 2, nan}), 2U);
  EXPECT_EQ(largest_of({nan, kInfinity, nan, 2}), 2U);
}

TEST(Decisions, AreKnownByTheirNumberAndTurnedAround) {
  const std::vector<RunningError> window = {RunningError(1, 1000, 1), RunningError(1 + 1e-6, 1000, 1), -5};
  const auto decide = [&] {
    std::vector<std::size_t> all;
    all.push_back(decide_above(RunningError(1), RunningError(0)));
    all.push_back(decide_above(RunningError(1e-6, 1000, 1), 0));
    all.push_back(decide_largest(3, [&](std::size_t i) { return window[i]; }));
    return all;
  };
  const DecisionRecorder recorder(kU32);
  EXPECT_EQ(decide(), (std::vector<std::size_t>{1, 1, 1}));
  ASSERT_EQ(recorder.close_decisions().size(), 2U);
  EXPECT_EQ(recorder.close_decisions()[0].number, 1);
  EXPECT_EQ(recorder.close_decisions()[1].number, 2);
  EXPECT_NEAR(recorder.close_decisions()[0].margin, 1e-6 / (1000 * kU32), 1e-6);
  EXPECT_NEAR(recorder.close_decisions()[1].margin, 1e-6 / (2000 * kU32), 1e-5);
  {
    const DecisionRecorder turning(kU32, {1});
    EXPECT_EQ(decide(), (std::vector<std::size_t>{1, 0, 1}));
  }
  {
    const DecisionRecorder turning(kU32, {0, 2});
    EXPECT_EQ(decide(), (std::vector<std::size_t>{0, 1, 0}));
  }
}

// Whichever of two losers is the larger, it changes nothing.
TEST(Decisions, OfTheLargestAreAsCloseAsItsRunnerUp) {
  DecisionRecorder recorder(kU32);
  const std::vector<RunningError> clear = {RunningError(1, 1000, 1), RunningError(1 + 1e-6, 1000, 1),
                                           RunningError(5, 1000, 1)};
  EXPECT_EQ(decide_largest(3, [&](std::size_t i) { return clear[i]; }), 2U);
  EXPECT_EQ(recorder.decisions(), 1);
  EXPECT_EQ(recorder.too_close(), 0);
  EXPECT_NEAR(recorder.smallest_margin(), 4 / (2000 * kU32), 1);
  EXPECT_EQ(decide_largest(2, [&](std::size_t i) { return clear[i]; }), 1U);
  EXPECT_EQ(recorder.decisions(), 2);
  EXPECT_EQ(recorder.too_close(), 1);
}

}  // namespace
}  // namespace twin
