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

TEST(BuildCostQuestion, ComparesBothSides) {
  const Question question = build_cost_question();
  const std::vector<Row> rows = rows_of(question.answer(measured_costs(), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre(_, "10", "30", "3")));  // compile
  EXPECT_THAT(rows, Contains(ElementsAre(_, "1", "2", "2")));    // libraries
  EXPECT_THAT(rows, Contains(ElementsAre(_, "4", "44", "11")));  // MB of all
  EXPECT_THAT(rows, Contains(ElementsAre(_, "10 (9.5…15), noisy", "30 (28.5…45), noisy", "3")));
  EXPECT_THAT(rows, Contains(ElementsAre(_, "5 (5…5)", "15 (15…15)", "3")));
  EXPECT_THAT(rows_of(question.answer(measured_costs(), Language::indonesian)),
              Contains(ElementsAre(_, "10 (9.5…15), berderau", _, "3")));
  EXPECT_THAT(question.answer(measured_costs(), Language::english),
              AllOf(HasSubstr("libtorch.so"), HasSubstr("LibTorch 2")));
  for (const Language language : {Language::english, Language::indonesian})
    EXPECT_THAT(numbers_of(question.verdict(measured_costs(), language)), ElementsAre(4, 10, 44, 30));
  const std::vector<Picture> pictures = question.pictures(measured_costs(), Language::english);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_THAT(pictures[0].plot.curves[0].y, testing::Pointwise(testing::DoubleNear(1e-9), {3, 2, 11, 3, 3}));
  EXPECT_EQ(question.figures(measured_costs()).size(), 10U);
}

TEST(BuildCostQuestion, SaysWhatWasNotMeasuredAndWhy) {
  Json json = measured_costs();
  json["sides"]["autograd"]["compile"] = not_measured({"no compiler", "tidak ada kompilator"});
  json["sides"]["manual"]["startup"] = not_measured({"not built", "belum dibangun"});
  const Question question = build_cost_question();
  const std::string answer = question.answer(json, Language::english);
  EXPECT_THAT(rows_of(answer), Contains(ElementsAre(_, "10", "–", "–")));
  EXPECT_THAT(answer, AllOf(HasSubstr("no compiler"), HasSubstr("not built")));
  EXPECT_THAT(question.answer(json, Language::indonesian), HasSubstr("tidak ada kompilator"));
  EXPECT_THAT(numbers_of(question.verdict(json, Language::english)), IsEmpty());
  EXPECT_THAT(question.pictures(json, Language::english)[0].plot.categories,
              ElementsAre("libraries", "size"));
  EXPECT_EQ(question.figures(json).size(), 7U);
}

TEST(BuildCostQuestion, HasAnAnswerWhenNothingWasMeasured) {
  Json json = measured_costs();
  for (Json& side : json["sides"])
    for (Json& part : side) part = not_measured({"gone", "hilang"});
  const Question question = build_cost_question();
  EXPECT_THAT(question.answer(json, Language::english), HasSubstr("gone"));
  EXPECT_THAT(numbers_of(question.answer(json, Language::english)), IsEmpty());
  EXPECT_THAT(question.pictures(json, Language::english), IsEmpty());
  EXPECT_THAT(question.figures(json), IsEmpty());
}

}  // namespace
}  // namespace twin::reports
