#include <gmock/gmock.h>

#include "reports/questions/question.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kMiB = 1 << 20;

Json side(double mib) {
  return {{"built_bytes", 2 * mib * kMiB},
          {"peak_bytes", mib * kMiB},
          {"held_bytes", mib * kMiB / 2},
          {"peaks", {mib * kMiB, 0.99 * mib * kMiB}}};
}

Json point(int width, double needed, double hand, double framework, double block) {
  return {{"width", width},
          {"batch", 32},
          {"needed_bytes", {{"total", needed * kMiB}}},
          {"manual", side(hand)},
          {"autograd", side(framework)},
          {"block", side(block)}};
}

Json result(double hand, double framework) {
  return {{"points", {point(64, 0.1, 0.3, 0.5, 0.2), point(1024, 100, hand, framework, 101)}},
          {"loaded_bytes", {{"libtorch", 80 * kMiB}, {"openblas", 9 * kMiB}, {"program", 4 * kMiB}}}};
}

TEST(MemoryQuestion, SaysWhoTakesMore) {
  const Question question = memory_question();
  EXPECT_THAT(question.verdict(result(120, 180), Language::english),
              HasSubstr("autograd takes 1.50 times as much as the hand"));
  EXPECT_THAT(question.verdict(result(180, 120), Language::english),
              HasSubstr("the hand takes 1.50 times as much as autograd"));
  EXPECT_THAT(question.verdict(result(180, 181), Language::english), HasSubstr("both sides take as much"));
  EXPECT_THAT(question.verdict(result(180, 120), Language::indonesian),
              HasSubstr("sisi tangan memakai 1.50 kali memori autograd"));
}

TEST(MemoryQuestion, GivesNoRatioWhereTheMeterIsOff) {
  const Question question = memory_question();
  const std::string answer = question.answer(result(120, 180), Language::english);
  EXPECT_THAT(answer, HasSubstr("no ratio is given"));
  EXPECT_THAT(answer, HasSubstr("1.20"));       // of width 1024
  EXPECT_THAT(answer, Not(HasSubstr("3.00")));  // of width 64
  EXPECT_THAT(answer, HasSubstr("LibTorch take 80 MiB"));
  EXPECT_THAT(answer, HasSubstr("within 1.0 %"));
  EXPECT_THAT(answer, HasSubstr("the hand holds 60 MiB and autograd 90 MiB"));
  EXPECT_THAT(answer, HasSubstr("240 MiB by hand and 360 MiB with autograd"));
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
  for (const Language language : {Language::english, Language::indonesian})
    EXPECT_THAT(memory_question().answer(json, language), Not(HasSubstr("10 %")));
}

}  // namespace
}  // namespace twin::reports
