#include <gmock/gmock.h>

#include "reports/questions/question.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

Json side(double backpropagation, double loss, double differences) {
  return {{"backpropagation_us", backpropagation},
          {"loss_us", loss},
          {"differences_us", differences},
          {"largest_gap", 1e-9}};
}

// A day and a half at the end.
const Json kResult{
    {"points",
     {{{"parameters", 18}, {"run", true}, {"manual", side(4, 1, 40)}, {"autograd", side(80, 20, 400)}},
      {{"parameters", 60}, {"run", true}, {"manual", side(5, 2, 240)}, {"autograd", side(90, 30, 3600)}},
      {{"parameters", 5000000},
       {"run", false},
       {"manual", side(30000, 12960, 129.6e9)},
       {"autograd", side(24000, 10000, 1e11)}}}}};

TEST(FiniteDifferencesQuestion, SaysWhatWasRunAndWhatWasComputed) {
  const Question question = finite_differences_question();
  const std::string answer = question.answer(kResult, Language::english);
  EXPECT_THAT(answer, HasSubstr("Up to 60 parameters all of them were run"));
  EXPECT_THAT(answer, HasSubstr("that is 10 times backpropagation with 18 parameters"));
  EXPECT_THAT(answer, HasSubstr("| 1.5 days |"));
  EXPECT_THAT(answer, HasSubstr("| 240 µs |"));
  EXPECT_THAT(answer, HasSubstr("computed"));
  EXPECT_THAT(question.answer(kResult, Language::indonesian), HasSubstr("| 1.5 hari |"));
  EXPECT_THAT(question.verdict(kResult, Language::english), HasSubstr("5000000 parameters"));
  EXPECT_THAT(question.verdict(kResult, Language::english), HasSubstr("30 ms"));
}

TEST(FiniteDifferencesQuestion, DrawsAndListsEveryPoint) {
  const Question question = finite_differences_question();
  for (const Curve& curve : question.pictures(kResult, Language::english).at(0).plot.curves)
    EXPECT_EQ(curve.y.size(), 3U);
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
