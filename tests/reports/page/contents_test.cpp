#include "reports/page/contents.hpp"

#include <set>

#include "reports/page/glossary.hpp"
#include "reports/page/markup.hpp"
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

TEST(Contents, OneNumberedSectionForEachQuestion) {
  const Contents contents = contents_of(measured(2), fixture_header(), {}, Language::indonesian);
  EXPECT_EQ(contents.title, "Mengapa beralih dari kode manual ke framework?");
  ASSERT_EQ(contents.sections.size(), 2U);
  EXPECT_EQ(contents.sections[1].title, "2. jaringan");
  EXPECT_EQ(contents.sections[1].verdict, "q2 adalah kesimpulan.");
  EXPECT_THAT(contents.sections[1].markdown, mentions("With a <clock>."));
  EXPECT_THAT(rows_of(contents.sections[1].markdown), Contains(ElementsAre("a", "1.5")));
  EXPECT_THAT(contents.sections[1].source, mentions("data/q2.json", "./twin clock"));
  EXPECT_THAT(contents.footer, mentions("A & B", "24 GiB", "LibTorch", "abc123", "report.json"));
}

TEST(Contents, TheAppendixComesAfterTheOthers) {
  std::vector<Measured> all = measured(4);
  all[0].question.appendix = all[2].question.appendix = true;
  const Contents contents = contents_of(all, fixture_header(), {}, Language::english);
  ASSERT_EQ(contents.sections.size(), 2U);
  EXPECT_EQ(contents.sections[1].id, "q4");
  EXPECT_EQ(contents.sections[1].title, "2. network");
  ASSERT_EQ(contents.appendix.size(), 2U);
  EXPECT_EQ(contents.appendix[1].id, "q3");
  EXPECT_EQ(contents.appendix[1].title, "A2. network");
}

TEST(Contents, WhatWasNotMeasuredIsFoldedAwayAndSaysWhy) {
  std::vector<Measured> all = measured(3);
  all[0].json = Json{{"not_measured", {{"en", "no clock"}, {"id", "tidak ada jam"}}}};
  all[0].question.answer = nullptr;
  all[1].json = Json{{"not_measured", {{"en", "no time"}, {"id", "tidak ada waktu"}}}};
  const Contents contents = contents_of(all, fixture_header(), {}, Language::english);
  ASSERT_EQ(contents.sections.size(), 1U);
  EXPECT_EQ(contents.sections[0].title, "1. network");
  ASSERT_EQ(contents.rest.size(), 1U);
  EXPECT_THAT(plain_markdown_of(contents.rest[0].markdown),
              mentions("<summary>2 questions were not measured", "no clock", "no time", "./twin clock"));
  EXPECT_THAT(contents_of(all, fixture_header(), {}, Language::indonesian).rest[0].markdown,
              mentions("2 pertanyaan", "tidak ada jam"));
  EXPECT_THAT(contents_of(measured(2), fixture_header(), {}, Language::english).rest, IsEmpty());
}

TEST(Contents, MissingFunctionsAreFine) {
  std::vector<Measured> all = measured(1);
  all[0].question.verdict = nullptr;
  all[0].question.pictures = nullptr;
  all[0].question.figures = nullptr;
  const Contents contents = contents_of(all, fixture_header(), {}, Language::english);
  EXPECT_THAT(contents.sections[0].pictures, IsEmpty());
  EXPECT_THAT(contents.sections[0].verdict, IsEmpty());
  EXPECT_THAT(report_json(fixture_header(), all)["questions"]["q1"]["figures"], IsEmpty());
}

TEST(Contents, TheGlossaryHasTheSameWordsInEveryLanguage) {
  std::set<std::string> english, indonesian;
  for (const Term& term : glossary(Language::english)) english.insert(term.id);
  for (const Term& term : glossary(Language::indonesian)) indonesian.insert(term.id);
  EXPECT_EQ(english, indonesian);
  EXPECT_THAT(english, testing::IsSupersetOf({"ulp", "dispatch", "bound", "tensor", "graph", "batch"}));
}

TEST(Contents, TheTerminalHasTheVerdictsWhereNobodySaysWhenToMove) {
  std::vector<Measured> all = measured(3);
  all[1].json = Json{{"not_measured", {{"en", "no clock"}, {"id", "tidak ada jam"}}}};
  const auto text = [&] {
    return answer_text(contents_of(all, fixture_header(), {}, Language::english), all);
  };
  EXPECT_THAT(text(), mentions("- q1 is the verdict.\n- q3 is the verdict.\n", "- q2: no clock"));
  all[2].question.first_words = [](const Json&, Language) {
    FirstWords words;
    words.stay_when = {"it is small"};
    return words;
  };
  EXPECT_THAT(text(), mentions("- it is small", "- q2: no clock"));
  EXPECT_THAT(text(), testing::Not(mentions("verdict")));
}

TEST(Contents, ShowsWhatHasChanged) {
  const Changes changes{"def456", {{"q1", {"a", 2, "µs", Figure::Better::lower}, 1}}, 3, 0, 0};
  const Contents contents = contents_of(measured(1), fixture_header(), changes, Language::english);
  EXPECT_EQ(contents.sections[0].title, "What has changed since def456");
  const std::string changed = contents.sections[0].markdown;
  EXPECT_EQ(changed, changes_text(changes, Language::english, Medium::markdown));
  EXPECT_THAT(rows_of(changed), Contains(ElementsAre("q1", "a", "1 µs", "2 µs", "2", "worse")));
  EXPECT_EQ(contents.sections[1].title, "1. network");
}

}  // namespace
}  // namespace twin::reports
