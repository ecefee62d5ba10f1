#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::ElementsAre;
using testing::Ne;

Json side(double backpropagation, double loss, double differences) {
  return {{"backpropagation_us", backpropagation},
          {"loss_us", loss},
          {"differences_us", differences},
          {"largest_gap", 1e-9}};
}

// A day and a half at the end.
const Json kResult{{"points",
                    {{{"width", 2},
                      {"parameters", 18},
                      {"run", true},
                      {"manual", side(4, 1, 40)},
                      {"autograd", side(80, 20, 400)}},
                     {{"width", 4},
                      {"parameters", 60},
                      {"run", true},
                      {"manual", side(5, 2, 240)},
                      {"autograd", side(90, 30, 3600)}},
                     {{"width", 1290},
                      {"parameters", 5000000},
                      {"run", false},
                      {"manual", side(30000, 12960, 129.6e9)},
                      {"autograd", side(24000, 10000, 1e11)}}}}};

TEST(FiniteDifferencesQuestion, SaysWhatWasRunAndWhatWasComputed) {
  const Question question = finite_differences_question();
  for (const Language language : {Language::english, Language::indonesian}) {
    const bool english = language == Language::english;
    const std::vector<Row> rows = rows_of(question.answer(kResult, language));
    ASSERT_EQ(rows.size(), 4U);
    const std::string ms = english ? "3.6 ms" : "3,6 ms";
    EXPECT_THAT(rows[1], ElementsAre("2", "18", "4 µs", "80 µs", "40 µs", "400 µs", "10", "5", _));
    EXPECT_THAT(rows[2], ElementsAre("4", "60", "5 µs", "90 µs", "240 µs", ms, "48", "40", rows[1].back()));
    EXPECT_THAT(rows[3], ElementsAre("1290", "5000000", "30 ms", "24 ms", english ? "1.5 days" : "1,5 hari",
                                     _, _, _, Ne(rows[1].back())));
    // Losses that backpropagation takes as long as, by hand and with autograd; factors; up to where they were
    // run.
    EXPECT_THAT(numbers_of(question.answer(kResult, language)),
                ElementsAre(5000000, 2.31, 2.4, 10, 18, 4320000, 5000000, 60, 1e-9));
    EXPECT_THAT(numbers_of(question.verdict(kResult, language)), ElementsAre(5000000, 30, 1.5, 4320000, 32));
  }
}

TEST(FiniteDifferencesQuestion, DrawsAndListsEveryPoint) {
  const Question question = finite_differences_question();
  const std::vector<Picture> pictures = question.pictures(kResult, Language::english);
  for (const Curve& curve : pictures.at(0).plot.curves) {
    EXPECT_EQ(curve.x, (std::vector<double>{2, 4, 1290}));
    EXPECT_EQ(curve.y.size(), 3U);
  }
  EXPECT_EQ(question.figures(kResult).size(), 6U);
  EXPECT_EQ(question.figures(kResult)[0].value, 10);
}

TEST(FiniteDifferencesQuestion, TheDifferencesThatAreRunAreTheGradient) {
  const Measuring measuring{true, 1, {}, [](std::int64_t, std::int64_t) {}};
  const Json json = finite_differences_question().measure(measuring);
  ASSERT_TRUE(was_measured(json));
  int run = 0;
  for (const Json& point : json.at("points")) {
    for (const char* side : {"manual", "autograd"}) {
      EXPECT_GT(point.at(side).at("backpropagation_us"), 0);
      EXPECT_GT(point.at(side).at("differences_us"), point.at(side).at("loss_us"));
      if (!point.at("run").get<bool>()) continue;
      ++run;
      EXPECT_LT(point.at(side).at("largest_gap"), 1e-6);
    }
  }
  EXPECT_GT(run, 2);
}

}  // namespace
}  // namespace twin::reports
