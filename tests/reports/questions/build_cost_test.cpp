#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Json costs_of_side(double factor) {
  Json libraries = Json::array({{{"name", "libc.so.6"}, {"bytes", 3'000'000}}});
  if (factor > 1) libraries.insert(libraries.begin(), Json{{"name", "libtorch.so"}, {"bytes", 40'000'000}});
  return {{"compile", {{"units", {"backend.cpp"}}, {"seconds", {10 * factor}}}},
          {"size", {{"executable", 1'000'000}, {"libraries", libraries}}},
          {"startup",
           {{"seconds", {0.009 * factor, 0.010 * factor, 0.020 * factor}},
            {"peak_bytes", {5e6 * factor, 5e6 * factor, 5e6 * factor}},
            {"loss", 0.25}}}};
}

Json measured_costs() {
  return {{"backends", {{"manual", "Eigen 1"}, {"autograd", "LibTorch 2"}}},
          {"sides", {{"manual", costs_of_side(1)}, {"autograd", costs_of_side(3)}}}};
}

// Its starts are as alike as a quiet machine's.
Json quiet_costs() {
  Json json = measured_costs();
  json["sides"]["manual"]["startup"]["seconds"] = {0.010, 0.010, 0.010};
  json["sides"]["autograd"]["startup"]["seconds"] = {0.030, 0.030, 0.030};
  return json;
}

Json reason(const char* words) { return {{"not_measured", {{"en", words}, {"id", words}}}}; }

TEST(BuildCostQuestion, ComparesBothSides) {
  const Question question = build_cost_question();
  const std::vector<Row> rows = rows_of(question.answer(measured_costs(), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre(_, "10", "30", "3")));  // compile
  EXPECT_THAT(rows, Contains(ElementsAre(_, "1", "2", "2")));    // libraries
  EXPECT_THAT(rows, Contains(ElementsAre(_, "4", "44", "11")));  // MB of all
  EXPECT_THAT(rows, Contains(ElementsAre(_, "10 (9.5…15), noisy", "30 (28.5…45), noisy", "3")));
  EXPECT_THAT(rows, Contains(ElementsAre(_, "5 (5…5)", "15 (15…15)", "3")));
  EXPECT_THAT(rows_of(question.answer(measured_costs(), Language::indonesian)),
              Contains(ElementsAre(_, "10 (9,5…15), terganggu derau", _, "3")));
  EXPECT_THAT(question.answer(measured_costs(), Language::english),
              AllOf(HasSubstr("libtorch.so"), HasSubstr("LibTorch 2")));
  EXPECT_EQ(question.figures(measured_costs()).size(), 12U);
}

TEST(BuildCostQuestion, HeadlineLeavesOutANoisyStart) {
  const Question question = build_cost_question();
  for (const Language language : kLanguages) {
    EXPECT_THAT(numbers_of(question.verdict(quiet_costs(), language)), ElementsAre(4, 44, 2, 10, 30, 2));
    EXPECT_THAT(numbers_of(question.verdict(measured_costs(), language)), ElementsAre(4, 44, 2));
  }
}

TEST(BuildCostQuestion, DrawsRatiosAndNamesTheirValues) {
  const Question question = build_cost_question();
  const HeatMap map = question.pictures(quiet_costs(), Language::english).at(0).plot.map.value();
  EXPECT_THAT(map.values,
              testing::Pointwise(testing::DoubleNear(1e-9), {1, 3, 1, 1, 1, 2, 1, 11, 1, 3, 1, 3}));
  EXPECT_THAT(map.rows, Contains("program + libraries, MB"));
  EXPECT_THAT(map.texts, Contains("44 (11 ×)"));
  // What is noisy is not drawn.
  EXPECT_THAT(question.pictures(measured_costs(), Language::english).at(0).plot.map->rows,
              testing::Not(Contains(HasSubstr("start"))));
}

TEST(BuildCostQuestion, WhoseProgramIsSmallIsAReason) {
  const auto words = [](const Json& json) {
    return build_cost_question().first_words(json, Language::english);
  };
  EXPECT_THAT(numbers_of(words(measured_costs()).stay_when.at(0)), ElementsAre(4, 44, 2));
  EXPECT_THAT(words(measured_costs()).move_when, IsEmpty());
  Json reversed = measured_costs(), alike = measured_costs();
  std::swap(reversed["sides"]["manual"], reversed["sides"]["autograd"]);
  EXPECT_THAT(words(reversed).stay_when, IsEmpty());
  EXPECT_THAT(words(reversed).move_when, testing::SizeIs(1));
  alike["sides"]["autograd"] = alike["sides"]["manual"];
  EXPECT_THAT(words(alike).stay_when, IsEmpty());
  EXPECT_THAT(words(alike).move_when, IsEmpty());
}

TEST(BuildCostQuestion, SaysWhatWasNotMeasuredAndWhy) {
  Json json = measured_costs();
  json["sides"]["autograd"]["compile"] = reason("no compiler");
  json["sides"]["manual"]["startup"] = reason("not built");
  const Question question = build_cost_question();
  const std::string answer = question.answer(json, Language::english);
  EXPECT_THAT(rows_of(answer), Contains(ElementsAre(_, "10", "–", "–")));
  EXPECT_THAT(answer, AllOf(HasSubstr("no compiler"), HasSubstr("not built")));
  EXPECT_THAT(numbers_of(question.verdict(json, Language::english)), ElementsAre(4, 44, 2));
  EXPECT_EQ(question.pictures(json, Language::english)[0].plot.map->rows.size(), 3U);
  EXPECT_EQ(question.figures(json).size(), 9U);
}

TEST(BuildCostQuestion, HasAnAnswerWhenNothingWasMeasured) {
  Json json = measured_costs();
  for (Json& side : json["sides"])
    for (Json& part : side) part = reason("gone");
  const Question question = build_cost_question();
  EXPECT_THAT(question.answer(json, Language::english), HasSubstr("gone"));
  EXPECT_THAT(numbers_of(question.answer(json, Language::english)), IsEmpty());
  EXPECT_THAT(question.pictures(json, Language::english), IsEmpty());
  EXPECT_THAT(question.figures(json), IsEmpty());
  EXPECT_THAT(numbers_of(question.verdict(json, Language::english)), IsEmpty());
  EXPECT_THAT(question.first_words(json, Language::english).stay_when, IsEmpty());
}

}  // namespace
}  // namespace twin::reports
