#include "reports/runs/mutants/judging.hpp"

#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

Json finding(const char* cause, const char* tensor = "weight") {
  return {{"network", "xor"}, {"cause", cause}, {"tensor", tensor}, {"text", ""}};
}

Mutant with_cause(const char* cause) {
  Mutant mutant;
  mutant.causes = {cause};
  return mutant;
}

TEST(Judge, IsRightWhereEveryCauseThatIsNamedIsTheMutants) {
  const Mutant mutant = with_cause("sign");
  EXPECT_EQ(judge(mutant, Json::array({finding("sign"), finding("sign")})), Diagnosed::right);
  EXPECT_EQ(judge(mutant, Json::array({finding("unexplained"), finding("sign")})), Diagnosed::right);
  EXPECT_EQ(judge(mutant, Json::array({finding("sign"), finding("zero")})), Diagnosed::wrong);
  EXPECT_EQ(judge(mutant, Json::array({finding("unexplained")})), Diagnosed::unexplained);
  EXPECT_EQ(judge(mutant, Json::array()), Diagnosed::no_mark);
}

Trial learnt(int converged, int median_epochs, double accuracy) {
  Trial trial;
  trial.compiles = true;
  trial.xor_learning = {{"2", converged, 200, median_epochs}};
  trial.fashion = FashionLearning{accuracy, true};
  return trial;
}

TEST(LossCurve, ShowsFewerSeedsSlowerSeedsAndALowerAccuracy) {
  const TrialPlan plan{.learns_xor = true, .learns_fashion = true};
  const Trial right = learnt(100, 400, 0.8);
  EXPECT_FALSE(seen_in_the_loss(right, plan, right));
  EXPECT_FALSE(seen_in_the_loss(learnt(90, 800, 0.795), plan, right));
  EXPECT_TRUE(seen_in_the_loss(learnt(89, 400, 0.8), plan, right));
  EXPECT_TRUE(seen_in_the_loss(learnt(100, 801, 0.8), plan, right));
  EXPECT_TRUE(seen_in_the_loss(learnt(100, 400, 0.78), plan, right));
}

TEST(LossCurve, ShowsATrainingThatDoesNotEnd) {
  const Trial right = learnt(100, 400, 0.8);
  Trial cut_off = right;
  cut_off.xor_learning.clear();
  EXPECT_TRUE(seen_in_the_loss(cut_off, {.learns_xor = true}, right));
  EXPECT_FALSE(seen_in_the_loss(cut_off, {.learns_xor = false}, right)) << "nobody trained it";
  cut_off = right;
  cut_off.fashion.reset();
  EXPECT_TRUE(seen_in_the_loss(cut_off, {.learns_fashion = true}, right));
}

TEST(RightCode, GoesUnnoticed) {
  Trial right = learnt(100, 400, 0.8);
  right.weak_checks = {{"float32", true, {}, {}}};
  EXPECT_NO_THROW(expect_unnoticed(right));
  right.noticed_on = {"relu/integers"};
  EXPECT_THROW_MESSAGE(expect_unnoticed(right), NumericError,
                       "the right code is noticed as wrong, relu/integers");
  right.noticed_on.clear();
  right.weak_checks[0].weak = 1;
  EXPECT_THROW_MESSAGE(expect_unnoticed(right), NumericError, "noticed as wrong, a weakened check");
  right.weak_checks.clear();
  right.ends = {{"check", "signal 11"}};
  EXPECT_THROW_MESSAGE(expect_unnoticed(right), NumericError, "ended early: check: signal 11");
  right.compiles = false;
  EXPECT_THROW_MESSAGE(expect_unnoticed(right), MachineError, "does not build");
}

TEST(Mutants, SurviveWhereNobodyNotices) {
  MutantResult mutant;
  mutant.trial.compiles = true;
  EXPECT_TRUE(mutant.survives());
  mutant.failed_tests = {"Dense.Adds"};
  EXPECT_FALSE(mutant.survives());
  mutant.failed_tests.clear();
  mutant.trial.later_steps = true;
  EXPECT_FALSE(mutant.survives());
}

}  // namespace
}  // namespace twin::reports
