#include "reports/runs/mutants/rule_trials.hpp"

#include <gmock/gmock.h>

#include "reports/runs/mutants.hpp"
#include "reports/runs/mutants/results_json.hpp"

namespace twin::reports {
namespace {

using testing::IsEmpty;

Json said(bool right, bool mutant, bool zeros = false, bool nan = false) {
  return {{"right", right}, {"mutant", mutant}, {"zeros", zeros}, {"nan", nan}};
}

Json on_a_network(double scale, bool changes, bool changes_loss, Json rules) {
  return {{"situation", "a network"},
          {"scale", scale},
          {"changes", changes},
          {"changes_loss", changes_loss},
          {"rules", std::move(rules)}};
}

TEST(RuleTrials, LetAMutantThroughThatNoNetworkGivesAway) {
  const Json scales = mutant_by_rules(
      Json{on_a_network(1, true, false, {{"all", said(true, true)}, {"one", said(true, true)}}),
           on_a_network(1, true, false, {{"all", said(true, true)}, {"one", said(true, false)}}),
           // What changes no gradient here gives nothing away, and says nothing of the mutant.
           on_a_network(1, false, true, {{"all", Json{{"right", true}, {"zeros", false}, {"nan", false}}}})});
  EXPECT_EQ(scales.at("1").at("let_through").dump(), R"(["all"])");
  EXPECT_EQ(scales.at("1").at("noticed").dump(), R"(["one"])");
  EXPECT_EQ(scales.at("1").at("changes_loss"), false);
  EXPECT_EQ(scales.size(), 1U);
}

TEST(RuleTrials, AreNotAskedWhereTheyRefuseTheRightGradient) {
  const Json scales = mutant_by_rules(Json{on_a_network(0.0001, true, true, {{"rule", said(false, false)}})});
  EXPECT_EQ(scales.dump(), R"({"0.0001":{"changes_loss":true,"let_through":[],"noticed":[]}})");
  EXPECT_THAT(mutant_by_rules(Json{on_a_network(1, false, false, {{"rule", said(true, true)}})}), IsEmpty());
}

TEST(RuleTrials, CountWhatTheRightNetworksShow) {
  const Json scales = right_by_rules(Json{
      on_a_network(1, false, false, {{"rule", said(true, true, true, false)}}),
      on_a_network(1, false, false, {{"rule", said(true, true, false, true)}, {"other", said(true, true)}}),
      on_a_network(1, false, false, {{"rule", said(false, true, true, true)}}),
      on_a_network(0.01, false, false, {{"rule", said(true, true, true, true)}})});
  EXPECT_EQ(scales.at("1").at("rule").dump(), R"({"networks":3,"refused":1,"zeros":1,"nan":1})");
  EXPECT_EQ(scales.at("1").at("other").dump(), R"({"networks":1,"refused":0,"zeros":0,"nan":0})");
  EXPECT_EQ(scales.at("0.01").at("rule").dump(), R"({"networks":1,"refused":0,"zeros":1,"nan":1})");
}

TEST(RuleTrials, AreKeptOfEachMutantAndOfTheRightCode) {
  MutantsResult result;
  result.mutants.resize(2);
  result.mutants[0].trial.other_rules = {{"1", {{"let_through", {"llm.c"}}}}};
  result.baseline.right_by_rules = {{"1", {{"llm.c", {{"networks", 3}}}}}};
  const Json json = result_json(result);
  EXPECT_EQ(json.at("mutants").at(0).at("other_rules"), result.mutants[0].trial.other_rules);
  EXPECT_TRUE(json.at("mutants").at(1).at("other_rules").is_null()) << "of a probe that has crashed";
  EXPECT_EQ(json.at("baseline").at("other_rules"), result.baseline.right_by_rules);
}

}  // namespace
}  // namespace twin::reports
