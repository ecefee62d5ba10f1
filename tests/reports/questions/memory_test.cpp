#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double kMiB = 1 << 20;

Json memory_of_side(double mib) {
  return {{"built_bytes", 2 * mib * kMiB},
          {"peak_bytes", mib * kMiB},
          {"held_bytes", mib * kMiB / 2},
          {"peaks", {mib * kMiB, 0.99 * mib * kMiB}}};
}

Json point(int width, double needed, double manual, double autograd, double block) {
  return {{"width", width},
          {"batch", 32},
          {"needed_bytes", {{"total", needed * kMiB}}},
          {"manual", memory_of_side(manual)},
          {"autograd", memory_of_side(autograd)},
          {"block", memory_of_side(block)}};
}

Json result(double manual, double autograd) {
  return {{"points", {point(64, 0.1, 0.3, 0.5, 0.2), point(1024, 100, manual, autograd, 101)}},
          {"loaded_bytes", {{"libtorch", 80 * kMiB}, {"openblas", 9 * kMiB}, {"program", 4 * kMiB}}}};
}

TEST(MemoryQuestion, SaysWhoTakesMore) {
  const Question question = memory_question();
  for (const Language language : kLanguages) {
    const std::string autograd = question.verdict(result(120, 180), language),
                      manual = question.verdict(result(180, 120), language);
    EXPECT_THAT(numbers_of(autograd), ElementsAre(1024, 32, 100, 120, 180, 1.5));
    EXPECT_THAT(numbers_of(manual), ElementsAre(1024, 32, 100, 180, 120, 1.5));
    EXPECT_THAT(numbers_of(question.verdict(result(180, 181), language)),
                ElementsAre(1024, 32, 100, 180, 181));  // as much, within what can be told
  }
  EXPECT_THAT(question.verdict(result(120, 180), Language::english), HasSubstr("autograd takes 1.50 times"));
  EXPECT_THAT(question.verdict(result(180, 120), Language::english),
              HasSubstr("the code by hand takes 1.50 times"));
}

TEST(MemoryQuestion, GivesNoRatioWhereTheMeterIsOff) {
  const Question question = memory_question();
  const std::string answer = question.answer(result(120, 180), Language::english);
  EXPECT_THAT(rows_named(answer, "64"),
              ElementsAre(ElementsAre(_, "32", "0.1", "0.3", "–", "0.5", "–", "100 %")));
  EXPECT_THAT(rows_named(answer, "1024"),
              ElementsAre(ElementsAre(_, "32", "100", "120", "1.20", "180", "1.80", "1 %")));
  // Held by hand and by autograd, width, batch; built; spread; one of two points, the meter; libraries.
  EXPECT_THAT(numbers_of(answer), ElementsAre(60, 90, 1024, 32, 240, 360, 1, 1, 2, 10, 80, 9, 4));
  EXPECT_EQ(numbers_of(question.answer(result(120, 180), Language::indonesian)), numbers_of(answer));
  EXPECT_EQ(question.figures(result(120, 180)).size(), 2U);
  EXPECT_EQ(question.figures(result(120, 180))[0].name, "manual, width 1024, batch 32");
  EXPECT_EQ(question.figures(result(120, 180))[0].value, 120);
  const Plot plot = question.pictures(result(120, 180), Language::indonesian).at(0).plot;
  EXPECT_EQ(plot.curves[0].x.size(), 1U);
  EXPECT_EQ(plot.curves[2].x.size(), 2U);
}

TEST(MemoryQuestion, NamesTheMeterOnlyWhereItMatters) {
  Json json = result(120, 180);
  json["points"].erase(0);
  for (const Language language : kLanguages)
    EXPECT_THAT(numbers_of(memory_question().answer(json, language)), Not(Contains(10)));
}

}  // namespace
}  // namespace twin::reports
