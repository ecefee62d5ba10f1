#include <gmock/gmock.h>
#include <set>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/threads.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/support/idx_files.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
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
          {"stems", {"conv2d", "relu"}},
          {"layers",
           {layer("first", 8), layer("first_no_bias", 0), layer("first_integers", 0), layer("second", 0)}}};
}

Json drift() {
  return {{"runs", {run("xor", 2, 4e-6), run("fashion-mlp", 0.05, 8e-6), run("xor", 32, 0.5)}}};
}

TEST(DriftQuestion, ComparesWithTheYardstick) {
  const std::string answer = drift_question().answer(drift(), Language::english);
  EXPECT_THAT(rows_named(answer, "fashion-mlp, float32: by hand to autograd"),
              ElementsAre(ElementsAre(_, "100")));
  EXPECT_THAT(rows_named(answer, "fashion-mlp, float32: autograd one ULP away"),
              ElementsAre(ElementsAre(_, "never")));
  // Of fashion-mlp: how much further the twins are apart than the yardstick, the largest gap with and without
  // being set equal, and by which factor it grows in an epoch.
  EXPECT_THAT(numbers_of(answer), IsSupersetOf({8.0, 2e-8, 8e-6, 3.0}));
  EXPECT_THAT(rows_named(answer, "2"), Contains(ElementsAre(_, "4e-06", _, _, _)));
  EXPECT_THAT(rows_named(answer, "32"), Contains(ElementsAre(_, "0.5", _, _, _)));
  // The rates at which the gap becomes largest and stays smallest, with the gaps.
  std::vector<double> numbers = numbers_of(answer);
  ASSERT_GE(numbers.size(), 4U);
  numbers.erase(numbers.begin(), numbers.end() - 4);
  EXPECT_THAT(numbers, ElementsAre(32, 0.5, 2, 4e-6));
}

TEST(DriftQuestion, CountsTheZerosThatItsPicturesLeaveOut) {
  const auto answer = [](const Json& json) { return drift_question().answer(json, Language::english); };
  // Of three points in each of two runs, at the first: by hand to autograd, and set equal.
  EXPECT_THAT(
      answer(drift()),
      HasSubstr("of 3 points that is 1 by hand to autograd, 0 one ULP away, 1 set equal before the step"));
  Json json = drift();
  for (Json& run : json["runs"])
    for (Json& point : run["points"])
      for (const char* gap : {"twins", "locked"}) point[gap] = 1e-9;
  EXPECT_THAT(answer(json), Not(HasSubstr("exactly 0")));
}

TEST(DriftQuestion, FindsTheReasonInWhatDiffers) {
  const auto answer = [](const Json& json) { return drift_question().answer(json, Language::english); };
  const std::string bias = answer(drift());
  EXPECT_THAT(bias, HasSubstr("`hidden`"));                                  // the first that differs
  EXPECT_THAT(numbers_of(bias), IsSupersetOf({7.0, 40.0, 3.0, 9.0, 40.0}));  // of it; of the weights
  EXPECT_THAT(rows_of(bias), Contains(ElementsAre(HasSubstr("conv2d"), "40", "8", "3")));
  EXPECT_THAT(rows_of(bias), Contains(ElementsAre(HasSubstr("relu"), "40", "0", "0")));
  // Each observation has a sentence of its own: what is observed decides which are there.
  std::set<std::string> texts{prose_of(bias)};
  for (const std::size_t layer : {1, 2, 3}) {
    Json json = drift();
    json["runs"][0]["layers"][layer]["differ"] = 1;
    texts.insert(prose_of(answer(json)));
  }
  EXPECT_EQ(texts.size(), 4U);
  Json mistaken = drift();
  mistaken["runs"][0]["layers"][2]["differ"] = 1;  // where sums are exact
  EXPECT_THAT(answer(mistaken), HasSubstr("does not explain"));
}

TEST(DriftQuestion, SaysSoWhenTheTwinsLearnDifferently) {
  EXPECT_THAT(drift_question().verdict(drift(), Language::english), Not(HasSubstr("NOT")));
  Json json = drift();
  json["runs"][1]["epochs"][1]["accuracy_autograd"] = 0.5;
  EXPECT_THAT(drift_question().verdict(json, Language::english), HasSubstr("NOT"));
  EXPECT_THAT(numbers_of(drift_question().verdict(json, Language::english)), IsSupersetOf({87.5, 50.0}));
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
    EXPECT_GT(numbers_of(question.verdict(json, language)).size(), 5U);
    EXPECT_EQ(question.pictures(json, language).size(), 3U);
  }
  EXPECT_FALSE(question.figures(json).empty());
}

}  // namespace
}  // namespace twin::reports
