#include "reports/questions/lines.hpp"

#include <algorithm>
#include <gmock/gmock.h>

#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Verdict = FirstWords::Claim::Verdict;

// Of the code, one line is for the suite alone.
Json part_lines(int code, int backward = 0) {
  return {{"code", code + 1},     {"comment", 2}, {"blank", 1},    {"forward", 3},
          {"backward", backward}, {"update", 4},  {"apparatus", 1}};
}

Json part(const char* name, int manual, int autograd) {
  return {{"part", name}, {"manual", part_lines(manual)}, {"autograd", part_lines(autograd)}};
}

Json step(const char* subject, double us, double low, double high, double backward) {
  return {{"subject", subject},
          {"us", us},
          {"us_lower", low},
          {"us_upper", high},
          {"parts_us", {{"forward", us - backward}, {"backward", backward}}}};
}

Json counts(int dense_autograd = 6) {
  const auto need = [](int own, int shared) -> Json {
    return {{"own", part_lines(own, 15)}, {"shared", part_lines(shared)}, {"shared_parts", {"backend"}}};
  };
  return {{"parts",
           {{{"part", "checks"}, {"manual", part_lines(9)}, {"autograd", nullptr}},
            part("layers/lstm", 230, 23),
            part("layers/relu", 40, 4),
            part("layers/dense", 60, dense_autograd),
            part("optim/sgd", 10, 1)}},
          {"networks",
           {{{"network", "xor"},
             {"parts", {"layers/dense", "optim/sgd"}},
             {"manual", need(60, 40)},
             {"autograd", need(6, 50)}}}},
          {"peers",
           {{{"network", "xor"},
             {"numpy", {{"parts", 45}, {"program", 30}}},
             {"pytorch", {{"parts", 12}, {"program", 18}}}}}},
          {"totals", {{"manual", part_lines(109, 20)}, {"autograd", part_lines(56)}}},
          {"steps", {step("xor", 10, 9.9, 10.1, 4), step("mlp-64", 100, 80, 120, 90)}}};
}

std::string answer_of_lines(const Json& json) { return lines_question().answer(json, Language::english); }

TEST(LinesQuestion, CountsWhatAUserWritesAndNotWhatIsAround) {
  for (const Language language : kLanguages) {
    const std::vector<Row> rows = rows_of(lines_question().answer(counts(), language));
    EXPECT_THAT(rows, Contains(ElementsAre("xor", "60", "6", "10", "dense, sgd")));
    EXPECT_THAT(rows, Contains(ElementsAre("dense", "60", "6", "10")));
    EXPECT_THAT(rows, Contains(ElementsAre("layers/lstm", "231 / 2 / 1", "24 / 2 / 1", "1 / 1")));
    EXPECT_THAT(rows, Contains(ElementsAre("checks", "10 / 2 / 1", "–", "1 / –")));
  }
  EXPECT_THAT(answer_of_lines(counts()),
              HasSubstr("Around xor stand 40 lines by hand and 50 around LibTorch"));
}

TEST(LinesQuestion, NamesTheCheapestAndTheDearestLayerAndTheSum) {
  for (const Language language : kLanguages)
    EXPECT_THAT(numbers_of(lines_question().verdict(counts(), language)),
                ElementsAre(40, 4, 230, 23, 3, 330, 33));
}

TEST(LinesQuestion, HeadlineIsThatOfTheLines) {
  for (const Language language : kLanguages) {
    const FirstWords words = lines_question().first_words(counts(), language);
    EXPECT_EQ(words.claims.at(0).verdict, Verdict::holds);
    EXPECT_THAT(numbers_of(words.numbers.at(0).value), ElementsAre(10));
    EXPECT_THAT(numbers_of(words.move_when.at(0)), ElementsAre(3, 330, 33));
    EXPECT_THAT(words.stay_when, IsEmpty());
  }
}

TEST(LinesQuestion, HeadlineSaysWhenTheFrameworkTakesLittleLessOrMore) {
  // 330 against 177, and against 427.
  const FirstWords less = lines_question().first_words(counts(150), Language::english),
                   more = lines_question().first_words(counts(400), Language::indonesian);
  EXPECT_EQ(less.claims.at(0).verdict, Verdict::holds_in_part);
  EXPECT_THAT(less.move_when, SizeIs(1));
  EXPECT_EQ(more.claims.at(0).verdict, Verdict::does_not_hold);
  EXPECT_THAT(more.move_when, IsEmpty());
  EXPECT_THAT(numbers_of(more.stay_when.at(0)), ElementsAre(3, 330, 427));
  EXPECT_EQ(more.numbers.at(0).value, "0,77 ×");
}

TEST(LinesQuestion, SaysNothingOfLayersThatAreNotThere) {
  Json json = counts();
  json["parts"] = Json::array();
  EXPECT_THAT(numbers_of(lines_question().verdict(json, Language::english)), IsEmpty());
  EXPECT_THAT(lines_question().first_words(json, Language::english).claims, IsEmpty());
  EXPECT_THAT(lines_question().pictures(json, Language::english), IsEmpty());
}

TEST(LinesQuestion, ComparesThePeers) {
  EXPECT_THAT(rows_of(answer_of_lines(counts())),
              Contains(ElementsAre("xor", "45", "30", "12", "18", "2.5")));
  Json none = counts();
  none["peers"] = Json::array();
  EXPECT_THAT(answer_of_lines(none), Not(HasSubstr("NumPy")));
}

TEST(LinesQuestion, BackwardsLinesAndTimeAreOfTheSameCode) {
  EXPECT_THAT(answer_of_lines(counts()),
              HasSubstr("the same 60 hand-written lines. 15 of these compute gradients: 25 %"));
  EXPECT_THAT(rows_of(answer_of_lines(counts())), Contains(ElementsAre("XOR", "40.0 %")));
  // A noisy step says nothing.
  EXPECT_THAT(rows_of(answer_of_lines(counts())), Not(Contains(Contains("90.0 %"))));
  Json untimed = counts();
  untimed["steps"] = Json::array();
  EXPECT_THAT(rows_of(answer_of_lines(untimed)), Not(Contains(ElementsAre("XOR", "40.0 %"))));
}

TEST(LinesQuestion, TheSumGrowsWithTheKindsOfLayers) {
  const std::vector<Picture> pictures = lines_question().pictures(counts(), Language::english);
  ASSERT_THAT(pictures, SizeIs(1));
  EXPECT_THAT(pictures[0].plot.curves.at(0).x, ElementsAre(1, 2, 3));
  EXPECT_THAT(pictures[0].plot.curves.at(0).y, ElementsAre(40, 100, 330));
  EXPECT_THAT(pictures[0].plot.curves.at(1).y, ElementsAre(4, 10, 33));
}

TEST(LinesQuestion, HasAFigureForEveryNetworkAndSide) {
  const std::vector<Figure> figures = lines_question().figures(counts());
  const auto value = [&](const std::string& name) {
    const auto found = std::find_if(figures.begin(), figures.end(),
                                    [&](const Figure& figure) { return figure.name == name; });
    return found == figures.end() ? -1 : found->value;
  };
  EXPECT_EQ(value("xor, manual"), 60);
  EXPECT_EQ(value("xor, autograd"), 6);
  EXPECT_EQ(value("all layers, manual"), 330);
  EXPECT_EQ(value("backward, manual"), 20);
}

}  // namespace
}  // namespace twin::reports
