// NumPy against PyTorch on made-up trainings.
#include <cmath>
#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Verdict = FirstWords::Claim::Verdict;

Json side(const char* name, double seconds, double spread = 0.02) {
  Json row{{"side", name},
           {"version", "1.2"},
           {"seconds", {seconds * (1 - spread), seconds, seconds * (1 + spread)}},
           {"last_loss", 0.25}};
  if (std::string_view(name) == "numpy" || std::string_view(name) == "pytorch")
    row["import_seconds"] = {0.1, 0.1, 0.1};
  return row;
}

Json training(const char* network, double numpy, double pytorch, double spread = 0.02) {
  return {{"network", network},
          {"batch", 4},
          {"steps", 100},
          {"whole_steps", 1000},
          {"epochs", 10},
          {"sides",
           {side("manual", 0.01), side("autograd", 0.02), side("numpy", numpy, spread),
            side("pytorch", pytorch, spread)}}};
}

Json trained(const std::vector<Json>& trainings) {
  return {{"threads", {{"requested", 2}}}, {"trainings", trainings}};
}

const Json kBoth = trained({training("xor", 0.5, 2), training("fashion-mlp", 3, 2)});
const Json kNumpy = trained({training("xor", 0.5, 2), training("fashion-mlp", 2, 3)});
const Json kPytorch = trained({training("xor", 2, 0.5), training("fashion-mlp", 3, 2)});

Json with(Json json, const char* peer, const char* key, const Json& value) {
  for (Json& each : json["trainings"])
    for (Json& side : each["sides"])
      if (side["side"] == peer) {
        side[key] = value;
        side["seconds"] = Json::array();
      }
  return json;
}

Verdict claim(const Json& json) {
  const FirstWords words = numpy_question().first_words(json, Language::english);
  EXPECT_THAT(words.claims, SizeIs(1));
  return words.claims.at(0).verdict;
}

TEST(NumpyQuestion, JudgesTheClaimByWhoWins) {
  EXPECT_EQ(claim(kBoth), Verdict::holds_in_part);
  EXPECT_EQ(claim(kNumpy), Verdict::does_not_hold);
  EXPECT_EQ(claim(kPytorch), Verdict::holds);
}

TEST(NumpyQuestion, SaysWhereToStayAndWhereToMove) {
  for (const Language language : kLanguages) {
    const FirstWords words = numpy_question().first_words(kBoth, language);
    ASSERT_THAT(words.stay_when, SizeIs(1));
    ASSERT_THAT(words.move_when, SizeIs(1));
    EXPECT_THAT(words.stay_when[0],
                AllOf(HasSubstr("XOR"), HasSubstr("NumPy 1.2"), HasSubstr("PyTorch 1.2"), HasSubstr("2 ")));
    EXPECT_THAT(words.move_when[0], HasSubstr("Fashion-MNIST"));
    // The larger of the two factors, four against one and a half; the other in the same words.
    ASSERT_THAT(words.numbers, SizeIs(1));
    EXPECT_EQ(words.numbers[0].value, "4 ×");
    EXPECT_THAT(words.numbers[0].meaning, HasSubstr("XOR"));
    EXPECT_THAT(words.claims.at(0).because, AllOf(HasSubstr("5 "), HasSubstr("20 ")));  // seconds, scaled
    EXPECT_THAT(numpy_question().first_words(kNumpy, language).move_when, IsEmpty());
    EXPECT_THAT(numpy_question().first_words(kPytorch, language).stay_when, IsEmpty());
  }
}

TEST(NumpyQuestion, ScalesToTheWholeTraining) {
  const std::vector<Row> rows = rows_named(numpy_question().answer(kBoth, Language::english), "NumPy");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0], ElementsAre("NumPy", "5", "4.95 … 5.05", "5000", "1 ×", "0.25"));
  EXPECT_THAT(rows_named(numpy_question().answer(kBoth, Language::english), "PyTorch")[1],
              ElementsAre("PyTorch", "20", _, "20000", "0.667 ×", _));
  EXPECT_THAT(numpy_question().answer(kBoth, Language::english), HasSubstr("100 steps were run"));
  EXPECT_THAT(numpy_question().answer(kBoth, Language::indonesian), HasSubstr("4,95 … 5,05"));
}

TEST(NumpyQuestion, LeavesNoisyTimesOutOfItsHeadlines) {
  const Json noisy = trained({training("xor", 0.5, 2, 0.3), training("fashion-mlp", 3, 2)});
  const FirstWords words = numpy_question().first_words(noisy, Language::english);
  EXPECT_THAT(words.stay_when, IsEmpty());
  EXPECT_THAT(words.move_when, SizeIs(1));
  EXPECT_EQ(claim(noisy), Verdict::holds);
  EXPECT_THAT(numpy_question().verdict(noisy, Language::english), Not(HasSubstr("XOR")));
  EXPECT_THAT(rows_named(numpy_question().answer(noisy, Language::english), "NumPy")[0][2], HasSubstr("~"));
}

TEST(NumpyQuestion, CallsNoWinnerWhereTheQuartilesMeet) {
  const Json close = trained({training("xor", 2, 2.01)});
  const FirstWords words = numpy_question().first_words(close, Language::english);
  EXPECT_THAT(words.stay_when, IsEmpty());
  EXPECT_THAT(words.move_when, IsEmpty());
  EXPECT_THAT(words.numbers, IsEmpty());
  EXPECT_EQ(claim(close), Verdict::does_not_hold);
  EXPECT_THAT(numpy_question().verdict(close, Language::english), HasSubstr("take as long"));
}

TEST(NumpyQuestion, SaysWhyAPeerIsMissing) {
  const Json lacking =
      with(kBoth, "pytorch", "not_measured",
           {{"en", "python3 has no module torch"}, {"id", "python3 tidak memiliki modul torch"}});
  const Json faulty = with(kBoth, "numpy", "fault", "it failed: signal 9");
  EXPECT_THAT(numpy_question().answer(lacking, Language::english),
              HasSubstr("PyTorch was not measured: python3 has no"));
  EXPECT_THAT(numpy_question().answer(lacking, Language::indonesian), HasSubstr("python3 tidak memiliki"));
  EXPECT_THAT(numpy_question().answer(faulty, Language::english),
              HasSubstr("NumPy was not measured: it failed: signal 9"));
  EXPECT_THAT(rows_named(numpy_question().answer(faulty, Language::english), "PyTorch")[0][4], "–");
  for (const Json& json : {lacking, faulty}) {
    EXPECT_THAT(numpy_question().first_words(json, Language::english).claims, IsEmpty());
    EXPECT_THAT(numpy_question().verdict(json, Language::english), HasSubstr("cannot be compared"));
    EXPECT_THAT(numpy_question().figures(json), SizeIs(6));
    EXPECT_THAT(numpy_question().pictures(json, Language::english), SizeIs(1));
  }
}

TEST(NumpyQuestion, HasNothingToSayOfNothing) {
  const Json nothing = trained({});
  for (const Language language : kLanguages) {
    EXPECT_THAT(numpy_question().first_words(nothing, language).claims, IsEmpty());
    EXPECT_THAT(numpy_question().answer(nothing, language), Not(IsEmpty()));
    EXPECT_THAT(numpy_question().pictures(nothing, language), IsEmpty());
  }
}

TEST(NumpyQuestion, ColoursByTheTimeOfNumpy) {
  const HeatMap map = *numpy_question().pictures(kBoth, Language::indonesian).at(0).plot.map;
  EXPECT_THAT(map.columns, ElementsAre("xor", "fashion-mlp"));
  EXPECT_DOUBLE_EQ(map.values[0], 1);
  EXPECT_DOUBLE_EQ(map.values[2], 4);
  EXPECT_EQ(map.texts[3], "20 detik (0,67 ×)");
}

}  // namespace
}  // namespace twin::reports
