#include "reports/page/contents.hpp"

#include "tests/reports/markdown.hpp"
#include "tests/reports/page/report.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Measured> measured(int count) {
  static const std::string_view ids[] = {"q1", "q2", "q3", "q4", "q5", "q6", "q7"};
  std::vector<Measured> result;
  for (int i = 0; i < count; ++i) result.push_back({fixture_question(ids[i]), {{"a", 1.5}}});
  return result;
}

TEST(Contents, VerdictHasFiveSentencesAtMostOfThoseThatHaveOne) {
  std::vector<Measured> all = measured(7);
  all[0].json = not_measured({"no clock", "tidak ada jam"});
  all[2].question.verdict = nullptr;
  EXPECT_THAT(verdict_of(all, Language::english),
              ElementsAre("q2 is the verdict.", "q4 is the verdict.", "q5 is the verdict.",
                          "q6 is the verdict.", "q7 is the verdict."));
  EXPECT_EQ(verdict_of(measured(7), Language::indonesian).size(), 5U);
}

TEST(Contents, OneNumberedSectionForEachQuestion) {
  const Contents contents = contents_of(measured(2), fixture_header(), {}, Language::indonesian);
  ASSERT_EQ(contents.sections.size(), 3U);
  EXPECT_EQ(contents.sections[0].title, "Kesimpulan");
  EXPECT_EQ(contents.sections[2].title, "2. Berapa lama?");
  EXPECT_THAT(contents.sections[2].markdown, mentions("Dengan <jam>."));
  EXPECT_THAT(rows_of(contents.sections[2].markdown), Contains(ElementsAre("a", "1.5")));
  EXPECT_THAT(contents.sections[2].source, mentions("data/q2.json", "./twin clock"));
  EXPECT_THAT(contents.footer, mentions("A & B", "24 GiB", "LibTorch", "abc123", "report.json"));
}

TEST(Contents, WhatWasNotMeasuredSaysWhy) {
  std::vector<Measured> all = measured(1);
  all[0].json = not_measured({"no clock", "tidak ada jam"});
  all[0].question.answer = nullptr;
  const Contents contents = contents_of(all, fixture_header(), {}, Language::english);
  ASSERT_EQ(contents.sections.size(), 1U);  // and no verdict
  EXPECT_THAT(contents.sections[0].markdown, mentions("no clock"));
  EXPECT_THAT(contents.sections[0].source, mentions("./twin clock"));
  EXPECT_THAT(contents_of(all, fixture_header(), {}, Language::indonesian).sections[0].markdown,
              mentions("tidak ada jam"));
}

TEST(Contents, MissingFunctionsAreFine) {
  std::vector<Measured> all = measured(1);
  all[0].question.verdict = nullptr;
  all[0].question.pictures = nullptr;
  all[0].question.figures = nullptr;
  EXPECT_THAT(contents_of(all, fixture_header(), {}, Language::english).sections[0].pictures, IsEmpty());
  EXPECT_THAT(report_json(fixture_header(), all)["questions"]["q1"]["figures"], IsEmpty());
}

TEST(Contents, ShowsWhatHasChanged) {
  const Changes changes{"def456", {{"q1", {"a", 2, "µs", Figure::Better::lower}, 1}}, 3, 0, 0};
  const Contents contents = contents_of(measured(1), fixture_header(), changes, Language::english);
  EXPECT_EQ(contents.sections[1].title, "What has changed since def456");
  const std::string changed = contents.sections[1].markdown;
  EXPECT_EQ(changed, changes_text(changes, Language::english, Medium::markdown));
  EXPECT_THAT(rows_of(changed), Contains(ElementsAre("q1", "a", "1 µs", "2 µs", "2", "worse")));
  EXPECT_EQ(contents.sections[2].title, "1. How long?");
}

}  // namespace
}  // namespace twin::reports
