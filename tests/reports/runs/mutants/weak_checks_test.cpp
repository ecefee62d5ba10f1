#include "reports/runs/mutants/weak_checks.hpp"

#include <gmock/gmock.h>

namespace twin::reports {
namespace {

using testing::ElementsAre;

Json situation(bool alone, int full, Json weak) {
  return {{"alone", alone}, {"full", full}, {"weak", std::move(weak)}};
}

WeakCheck find(const std::vector<WeakCheck>& checks, std::string_view weakening, bool alone) {
  for (const WeakCheck& check : checks)
    if (check.weakening == weakening && check.alone == alone) return check;
  ADD_FAILURE() << weakening;
  return {};
}

TEST(WeakChecks, TakeTheEarliestStepOfTheNetworksThatTheWeakeningFits) {
  const Json situations{situation(false, 3, {{"float32", 0}, {"ones_upstream", 3}}),
                        situation(false, 1, {{"float32", 2}}), situation(true, 1, {{"float32", 0}})};
  const std::vector<WeakCheck> checks = weak_checks_of(situations);
  EXPECT_EQ(find(checks, "float32", false).full, 1);
  EXPECT_EQ(find(checks, "float32", false).weak, 2);
  EXPECT_EQ(find(checks, "ones_upstream", false).full, 3) << "compared on other networks";
  EXPECT_EQ(find(checks, "float32", true).full, 1);
  EXPECT_EQ(find(checks, "float32", true).weak, std::nullopt);
  EXPECT_EQ(find(checks, "ones_upstream", true).full, std::nullopt);
}

TEST(WeakChecks, AreCountedWhereTheWholeCheckCatches) {
  std::vector<WeaklyChecked> mutants;
  const std::pair<std::optional<int>, std::optional<int>> steps[] = {{1, 1}, {1, 2}, {1, {}}, {{}, {}}};
  const char* const names[] = {"same", "slower", "gone", "unseen"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    mutants.push_back({names[i], {{"float32", true, steps[i].first, steps[i].second}}});
  const Json counts = weak_counts(mutants);
  const Json& count = counts.at("layer").at("float32");
  EXPECT_EQ(count.at("caught"), 3);
  EXPECT_THAT(count.at("later"), ElementsAre("slower"));
  EXPECT_THAT(count.at("vanished"), ElementsAre("gone"));
  EXPECT_EQ(counts.at("network").at("float32").at("caught"), 0);
}

TEST(WeakChecks, AreWrittenAsStepsOrNull) {
  const Json json = json_of(std::vector<WeakCheck>{{"float32", false, 1, {}}});
  EXPECT_EQ(json.dump(), R"({"network":{"float32":{"full":1,"weak":null}}})");
  EXPECT_TRUE(json_of(std::vector<WeakCheck>{}).is_null()) << "of a probe that has crashed";
}

}  // namespace
}  // namespace twin::reports
