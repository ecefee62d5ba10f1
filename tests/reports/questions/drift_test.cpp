#include <gmock/gmock.h>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/threads.hpp"
#include "tests/support/idx_files.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

Json point(int steps, double twins, double nearby, double locked) {
  return {{"steps", steps}, {"twins", twins}, {"nearby", nearby}, {"locked", locked}};
}

Json layer(const char* quantity, int differ) {
  return {{"quantity", quantity}, {"elements", 40}, {"differ", differ}, {"max_ulp", differ > 0 ? 3 : 0}};
}

Json run(const char* network, double lr, double gap) {
  const auto epoch = [](int number, double twins) {
    return Json{{"epoch", number},      {"steps", 50 * number},     {"loss_manual", 0.5},
                {"loss_autograd", 0.5}, {"accuracy_manual", 0.875}, {"accuracy_autograd", 0.874},
                {"twins", twins},       {"nearby", 2 * twins}};
  };
  return {{"network", network},
          {"dtype", "float32"},
          {"lr", lr},
          {"points", {point(1, 0, 1e-7, 0), point(50, 2e-7, 1e-7, 1e-8), point(100, gap, 1e-6, 2e-8)}},
          {"epochs", {epoch(1, gap / 3), epoch(2, gap)}},
          {"first_step", {layer("X", 0), layer("hidden", 7), layer("hidden.weight", 9)}},
          {"passes", {{{"limit", 1e-6}, {"twins", 100}, {"nearby", nullptr}}}},
          {"layers",
           {layer("dense", 8), layer("dense_no_bias", 0), layer("dense_integers", 0), layer("sigmoid", 0)}}};
}

Json drift() {
  return {{"runs", {run("xor", 2, 4e-6), run("fashion-mlp", 0.05, 8e-6), run("xor", 32, 0.5)}}};
}

TEST(DriftQuestion, ComparesWithTheYardstick) {
  const std::string answer = drift_question().answer(drift(), Language::english);
  EXPECT_THAT(answer, HasSubstr("| fashion-mlp, float32: hand to autograd | 100 |"));
  EXPECT_THAT(answer, HasSubstr("| fashion-mlp, float32: autograd one ULP away | never |"));
  EXPECT_THAT(answer, HasSubstr("at most 8 times as far"));
  EXPECT_THAT(answer, HasSubstr("grows by a factor of 3.00"));
  EXPECT_THAT(answer, HasSubstr("largest at rate 32 (0.5) and stays smallest at rate 2 (4e-06)"));
}

TEST(DriftQuestion, FindsTheReasonInWhatDiffers) {
  const std::string answer = drift_question().answer(drift(), Language::english);
  EXPECT_THAT(answer, HasSubstr("the first value in which the twins differ is `hidden`: 7 of 40"));
  EXPECT_THAT(answer, HasSubstr("After the step 9 of 40 weights differ"));
  EXPECT_THAT(answer, HasSubstr("what differs is when the bias is added"));
  EXPECT_THAT(answer, Not(HasSubstr("approximation")));
  Json mistaken = drift();
  mistaken["runs"][0]["layers"][2]["differ"] = 1;
  EXPECT_THAT(drift_question().answer(mistaken, Language::english), HasSubstr("does not explain"));
}

TEST(DriftQuestion, SaysSoWhenTheTwinsLearnDifferently) {
  EXPECT_THAT(drift_question().verdict(drift(), Language::english), HasSubstr("Both twins learn the same"));
  Json json = drift();
  json["runs"][1]["epochs"][1]["accuracy_autograd"] = 0.5;
  EXPECT_THAT(drift_question().verdict(json, Language::english), HasSubstr("do NOT learn the same"));
}

TEST(DriftQuestion, IsMeasuredAndAnsweredInBothLanguages) {
  use_threads(1, backends());
  const TemporaryFolder folder;
  write_image_folder(folder.path(), {.train = 300});
  std::int64_t last = 0, total = 0;
  const Question question = drift_question();
  const Json json = question.measure({.quick = true,
                                      .threads = 1,
                                      .data = {folder.path()},
                                      .on_progress = [&](std::int64_t done, std::int64_t of) {
                                        EXPECT_GE(done, last);
                                        last = done;
                                        total = of;
                                      }});
  EXPECT_EQ(last, total);
  for (const Language language : {Language::english, Language::indonesian}) {
    EXPECT_THAT(question.answer(json, language), Not(HasSubstr("{}")));
    EXPECT_THAT(question.verdict(json, language), HasSubstr("XOR"));
    EXPECT_EQ(question.pictures(json, language).size(), 3U);
  }
  EXPECT_FALSE(question.figures(json).empty());
}

}  // namespace
}  // namespace twin::reports
