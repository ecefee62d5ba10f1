// The question of the steps on made-up times, and its lesson on the sources as they are.
#include <cmath>
#include <gmock/gmock.h>
#include <set>

#include "reports/questions/question.hpp"
#include "reports/runs/lesson.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

// A fifth of the time goes into each part but the first, a fifth into what follows them.
Json row(const char* subject, const char* side, double us, double spread = 0.02) {
  const double part = us / 5;
  return {{"subject", subject},
          {"batch", std::string_view(subject) == "xor" ? 4 : 32},
          {"side", side},
          {"us", us},
          {"us_lower", us * (1 - spread / 2)},
          {"us_upper", us * (1 + spread / 2)},
          {"parts_us",
           {{"zero_grad", 0.0},
            {"forward", part},
            {"loss", part},
            {"backward", 1.5 * part},
            {"update", part / 2},
            {"rest", part}}}};
}

const Json& lesson() {
  static const Json made = xor_lesson(TWINGRAD_SOURCE_DIR);
  return made;
}

Json result(double manual, double control, double autograd, double spread = 0.02) {
  return {{"backends", {{"manual", "Eigen 3.4.0"}, {"autograd", "LibTorch 2.15.0 over MKL"}}},
          {"threads", {{"requested", 1}}},
          {"rows",
           {row("xor", "manual", manual, spread), row("xor", "control", control, spread),
            row("xor", "autograd", autograd, spread), row("mlp-512", "manual", 1000),
            row("mlp-512", "control", 1100), row("mlp-512", "autograd", 1200)}},
          {"without_sigmoids", Json::array({row("mlp-512", "manual", 900)})},
          {"lesson", lesson()}};
}

Json nothing() {
  Json json = result(1, 10, 20);
  json["rows"] = Json::array();
  return json;
}

TEST(StepsQuestion, StandsFirst) { EXPECT_EQ(questions().front().id, "steps"); }

TEST(StepsQuestion, SaysToStayWhereTheHandIsFaster) {
  const Question question = steps_question();
  for (const Language language : kLanguages) {
    const FirstWords words = question.first_words(result(2, 20, 50), language);
    EXPECT_THAT(words.move_when, IsEmpty());
    ASSERT_THAT(words.stay_when, SizeIs(1));
    // Samples, µs by hand and with LibTorch, its version, the thread.
    EXPECT_THAT(numbers_of(words.stay_when[0]), IsSupersetOf({4.0, 2.0, 50.0, 1.0}));
    EXPECT_THAT(words.stay_when[0], HasSubstr("LibTorch 2.15.0"));
    ASSERT_THAT(words.numbers, SizeIs(1));
    EXPECT_EQ(words.numbers[0].value, "25 ×");
    EXPECT_THAT(question.verdict(result(2, 20, 50), language), HasSubstr("25"));
  }
}

TEST(StepsQuestion, SaysToMoveWhereTheFrameworkIsFaster) {
  const Question question = steps_question();
  for (const Language language : kLanguages) {
    const FirstWords words = question.first_words(result(50, 30, 25), language);
    EXPECT_THAT(words.stay_when, IsEmpty());
    EXPECT_THAT(words.numbers, IsEmpty());
    EXPECT_THAT(words.move_when, ElementsAre(AllOf(HasSubstr("50"), HasSubstr("25"))));
  }
  EXPECT_THAT(question.verdict(result(50, 30, 25), Language::english), HasSubstr("takes 0.5 of the time"));
  EXPECT_THAT(question.answer(result(50, 30, 25), Language::english),
              AllOf(HasSubstr("is not slower on XOR"), Not(HasSubstr("Why is the framework slower"))));
}

TEST(StepsQuestion, SaysNeitherWhereBothTakeAsLong) {
  const FirstWords words = steps_question().first_words(result(50, 50, 51), Language::english);
  EXPECT_THAT(words.move_when, IsEmpty());
  EXPECT_THAT(words.stay_when, IsEmpty());
  EXPECT_THAT(steps_question().verdict(result(50, 50, 51), Language::english),
              HasSubstr("both take as long"));
}

TEST(StepsQuestion, LeavesANoisyStepOutOfItsHeadlines) {
  const Question question = steps_question();
  const Json noisy_xor = result(2, 20, 50, 0.3);
  EXPECT_THAT(question.verdict(noisy_xor, Language::english),
              AllOf(HasSubstr("width 512"), Not(HasSubstr("XOR"))));
  ASSERT_THAT(question.first_words(noisy_xor, Language::english).numbers, SizeIs(1));
  EXPECT_EQ(question.first_words(noisy_xor, Language::english).numbers[0].value, "1.2 ×");
  EXPECT_EQ(question.first_words(noisy_xor, Language::indonesian).numbers[0].value, "1,2 ×");
  EXPECT_EQ(rows_named(question.answer(noisy_xor, Language::english), "XOR")[0].back(), "2 ~");

  Json all_noisy = noisy_xor;
  for (Json& each : all_noisy["rows"]) each["us_upper"] = 2 * each["us"].get<double>();
  EXPECT_THAT(question.verdict(all_noisy, Language::english), HasSubstr("too noisy"));
  EXPECT_THAT(question.answer(all_noisy, Language::english),
              AllOf(Not(HasSubstr("% of the whole step")), Not(HasSubstr("slower on"))));
  EXPECT_THAT(question.first_words(all_noisy, Language::english).stay_when, IsEmpty());
}

TEST(StepsQuestion, HasNothingToSayOfNothing) {
  const Question question = steps_question();
  for (const Language language : kLanguages) {
    EXPECT_THAT(question.first_words(nothing(), language).stay_when, IsEmpty());
    EXPECT_THAT(question.verdict(nothing(), language), Not(IsEmpty()));
    EXPECT_THAT(question.answer(nothing(), language), HasSubstr("loss.backward()"));
    EXPECT_THAT(question.pictures(nothing(), language), SizeIs(1));
  }
  EXPECT_THAT(question.figures(nothing()), IsEmpty());
}

TEST(StepsQuestion, SplitsAStepIntoSharesThatAddUp) {
  const std::vector<Row> rows =
      rows_named(steps_question().answer(result(2, 20, 50), Language::english), "XOR");
  // The costs of both sides; where the time goes; backward over forward.
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_THAT(rows[0], ElementsAre("XOR", "by hand", "0", "0.4", "0.4", "0.6", "0.2", "0.4", "2"));
  EXPECT_THAT(rows[2], ElementsAre("XOR", "2", "18", "27", "3", "50", "4.0 %"));
  EXPECT_THAT(rows[3], ElementsAre("XOR", "1.50", "–", "1.50", "1.50"));
}

TEST(StepsQuestion, SaysHowMuchOfAStepItsPartsMake) {
  Json json = result(2, 20, 50);
  EXPECT_THAT(steps_question().answer(json, Language::english),
              HasSubstr("make 100 to 100 % of the whole step"));
  json["rows"][0]["parts_us"]["rest"] = 0;  // a fifth of XOR by hand
  EXPECT_THAT(steps_question().answer(json, Language::english),
              HasSubstr("make 80 to 100 % of the whole step"));
}

TEST(StepsQuestion, ShowsAPartThatTheClockCannotTellByItsDifference) {
  const std::vector<Picture> pictures = steps_question().pictures(result(2, 20, 50), Language::indonesian);
  ASSERT_THAT(pictures, SizeIs(3));
  ASSERT_TRUE(pictures[1].plot.map);
  const HeatMap& map = *pictures[1].plot.map;
  EXPECT_THAT(map.rows, SizeIs(6));
  EXPECT_EQ(map.texts[0], "+0 µs");  // zero_grad of XOR: no ratio to nothing
  EXPECT_TRUE(std::isnan(map.values[0]));
  EXPECT_EQ(map.texts[2], "25 ×");
  EXPECT_EQ(map.texts[11], "1,2 ×");
}

// ---- The lesson

TEST(Lesson, ShowsTheCodeOfBothSides) {
  const std::string text = steps_question().answer(result(2, 20, 50), Language::english);
  for (const char* line : {"optimizer.zero_grad()", "outputs = model(X)", "loss = loss_function(outputs, y)",
                           "loss.backward()", "optimizer.step()", "def forward(self, x):",
                           "self.inputs.T @ adjustment", "self.output * (1 - self.output)",
                           "parameter -= self.lr * gradient", "model_.backward_parameters(error, way)"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Lesson, RefusesSourcesThatHaveLostAPiece) {
  const TemporaryFolder folder;
  const std::filesystem::path peers = folder / "bench/peers";
  std::filesystem::create_directories(peers.parent_path());
  std::filesystem::copy(std::filesystem::path(TWINGRAD_SOURCE_DIR) / "bench/peers", peers,
                        std::filesystem::copy_options::recursive);
  write_file(peers / "optim/sgd.py", "class Numpy:\n    pass\n");
  EXPECT_THROW_MESSAGE(xor_lesson(folder.path()), DataError, "bench/peers/optim/sgd.py", "def update");
}

TEST(Lesson, TheGraphIsWalkedDownToEveryParameter) {
  std::set<std::string> parameters;
  std::size_t arrows = 0;
  const Json& graph = lesson().at("graph");
  for (const Json& node : graph) {
    if (!node.at("parameter").get<std::string>().empty()) parameters.insert(node.at("parameter"));
    arrows += node.at("next").size();
    for (const Json& next : node.at("next")) EXPECT_LT(next.get<std::size_t>(), graph.size());
  }
  EXPECT_THAT(parameters, ElementsAre("hidden.bias", "hidden.weight", "output.bias", "output.weight"));
  EXPECT_THAT(graph.at(0).at("name"), HasSubstr("MseLoss"));
  EXPECT_EQ(arrows, graph.size() - 1);  // a tree: no value of this network is used twice
}

TEST(Lesson, EveryNodeOfTheGraphIsExplained) {
  for (const Language language : kLanguages) {
    const std::string text = steps_question().answer(result(2, 20, 50), language);
    for (const Json& node : lesson().at("graph")) {
      const std::vector<Row> rows = rows_named(text, "`" + node.at("name").get<std::string>() + "`");
      ASSERT_THAT(rows, SizeIs(1)) << node.at("name");
      EXPECT_THAT(rows[0][2], Not(IsEmpty())) << node.at("name");
    }
  }
}

TEST(Lesson, TheSidesAgreeOnEveryValue) {
  const Json &manual = lesson().at("values").at("manual"), &autograd = lesson().at("values").at("autograd");
  ASSERT_EQ(manual.size(), autograd.size());
  for (std::size_t i = 0; i < manual.size(); ++i) {
    EXPECT_EQ(manual.at(i).at("quantity"), autograd.at(i).at("quantity"));
    EXPECT_EQ(manual.at(i).at("values").size(), autograd.at(i).at("values").size());
  }
  // The first sample, its hidden layer and its prediction on both sides.
  const std::vector<Row> rows =
      rows_named(steps_question().answer(result(2, 20, 50), Language::english), "0 0 → 0");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0], SizeIs(5));
  EXPECT_EQ(rows[0][1], rows[0][2]);
  EXPECT_EQ(rows[0][3], rows[0][4]);
}

}  // namespace
}  // namespace twin::reports
