#include "reports/runs/mutants/trial.hpp"

#include <gmock/gmock.h>

namespace twin::reports {
namespace {

using testing::ElementsAre;

TEST(TrialPlan, AsksForWhatComputesByTheFilesAndForTheExamplesOfTheStem) {
  const TrialPlan dense = plan_for("dense", {{"manual/layers/dense.hpp", ""}}, false, true);
  EXPECT_THAT(dense.names, ElementsAre("perceptron", "xor", "primes", "fashion-mlp", "dense"));
  EXPECT_TRUE(dense.learns_xor);
  EXPECT_TRUE(dense.learns_fashion);

  const TrialPlan loss = plan_for("cross_entropy", {{"manual/losses/cross_entropy.hpp", ""}}, false, true);
  EXPECT_THAT(loss.names, ElementsAre("fashion-mlp", "cross_entropy"));
  EXPECT_FALSE(loss.learns_xor);

  const TrialPlan lstm = plan_for("lstm", {{"manual/layers/lstm.hpp", ""}}, false, true);
  EXPECT_THAT(lstm.names, ElementsAre("lstm"));
  EXPECT_FALSE(lstm.learns_xor || lstm.learns_fashion);
}

TEST(TrialPlan, AsksForEveryNetworkWhereAllComputeByTheFiles) {
  for (const char* file :
       {"manual/network.hpp", "manual/networks/sequential.hpp", "shared/data/batches.cpp"}) {
    const TrialPlan plan = plan_for("network", {{file, ""}}, false, true);
    EXPECT_THAT(plan.names, ElementsAre("perceptron", "xor", "primes", "fashion-mlp")) << file;
    EXPECT_TRUE(plan.learns_xor) << file;
  }
}

TEST(TrialPlan, LeavesTheLargeNetworkOutOfAQuickStudy) {
  const TrialPlan quick = plan_for("dense", {{"manual/layers/dense.hpp", ""}}, true, true);
  EXPECT_THAT(quick.names, ElementsAre("perceptron", "xor", "primes", "dense"));
  EXPECT_FALSE(quick.learns_fashion);
  EXPECT_FALSE(plan_for("dense", {{"manual/layers/dense.hpp", ""}}, false, false).learns_fashion)
      << "there are no pictures";
}

TEST(TrialPlan, OfTheRightCodeIsThatOfAllMutantsTogether) {
  const TrialPlan all = plan_for_all({{.names = {"xor", "lstm"}}, {.names = {"adam", "xor"}}}, false, false);
  EXPECT_THAT(all.names, ElementsAre("adam", "lstm", "xor"));
  EXPECT_TRUE(all.learns_xor) << "what a mutant does not reach learns as the right code";
}

}  // namespace
}  // namespace twin::reports
