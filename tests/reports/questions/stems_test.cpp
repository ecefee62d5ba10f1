#include "shared/stems.hpp"

#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

Json stem(const char* name, const char* kind, double ratio, double low, double high, int failed = 0) {
  return {
      {"stem", name},
      {"kind", kind},
      {"examples", 7},
      {"tests", 5},
      {"passed", 100},
      {"failed", failed},
      {"unchecked", 3},
      {"kinks", 1},
      {"share", {{"float64", 0.0625}, {"float32", 0.5}}},
      {"speed",
       {{{"example", "odd"}, {"batch", 7}, {"us", 0.5}, {"ratio", 40}, {"low", 39}, {"high", 41}},
        {{"example", "large"}, {"batch", 317}, {"us", 5}, {"ratio", ratio}, {"low", low}, {"high", high}}}},
      {"lines", {{"manual", 48}, {"autograd", 6}}},
      {"mutants",
       {{{"name", "a"},
         {"mistake", "a sign"},
         {"right", "y = x"},
         {"held_out", false},
         {"caught", true},
         {"diagnosed", "right"}},
        {{"name", "b"},
         {"mistake", "a factor"},
         {"right", "y = 2x"},
         {"held_out", true},
         {"caught", true},
         {"diagnosed", "wrong"}},
        {{"name", "c"},
         {"mistake", "new"},
         {"right", "y = 3x"},
         {"held_out", false},
         {"caught", nullptr},
         {"diagnosed", nullptr}}}},
      {"formulas", "Dense.\n\n  y = x·Wᵀ + b\n"},
      {"manual", "class Dense {};\n"},
      {"autograd", "torch::nn::Linear make_module();\n"}};
}

Json stems_json(const std::vector<Json>& all) { return {{"stems", all}}; }

TEST(StemsQuestion, HasARowForEach) {
  const Json json = stems_json({stem("dense", "layers", 4, 3.9, 4.1), stem("mse", "losses", 0.5, 0.4, 0.6)});
  const std::vector<Row> rows = rows_of(stems_question().answer(json, Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre("[dense](stems/dense.html)", "5", "100 / 0", "0.062", "0.5",
                                         "4 (3.9…4.1)", "48", "6", "2 / 2 / 1")));
  EXPECT_THAT(rows, Contains(ElementsAre("[mse](stems/mse.html)", _, _, _, _, "0.5 (0.4…0.6) ~", _, _, _)));
  for (const char* heading : {"Layers", "Losses", "Optimisers"})
    EXPECT_THAT(rows, Contains(Contains(heading)));
}

// A case that is too noisy is counted nowhere.
TEST(StemsQuestion, CountWhereTheHandIsFaster) {
  const Json json =
      stems_json({stem("dense", "layers", 4, 3.9, 4.1), stem("conv2d", "layers", 0.8, 0.79, 0.81),
                  stem("relu", "layers", 0.1, 0.05, 0.2)});
  for (const Language language : kLanguages) {
    const std::string said = stems_question().verdict(json, language);
    EXPECT_THAT(numbers_of(said), IsSupersetOf({3., 300., 1., 2., 0.8}));
    EXPECT_THAT(said, HasSubstr("conv2d"));
  }
}

TEST(StemsQuestion, SaysWhenOneIsWrong) {
  const Json json = stems_json({stem("dense", "layers", 4, 3.9, 4.1, 2), stem("mse", "losses", 2, 1.9, 2.1)});
  EXPECT_THAT(stems_question().verdict(json, Language::english), HasSubstr("1 are NOT right"));
  EXPECT_THAT(stems_question().verdict(stems_json({stem("mse", "losses", 2, 1.9, 2.1)}), Language::english),
              Not(HasSubstr("NOT")));
}

TEST(StemsQuestion, HasAPageForEach) {
  const auto pages =
      stems_question().pages(stems_json({stem("dense", "layers", 4, 3.9, 4.1)}), Language::english);
  ASSERT_EQ(pages.size(), 1U);
  const std::string& page = pages.at("stems/dense.html");
  EXPECT_THAT(page, AllOf(HasSubstr("y = x·Wᵀ + b"), HasSubstr("class Dense"), HasSubstr("Linear"),
                          HasSubstr("../index.html#stems"), HasSubstr("noticed, and its cause named"),
                          HasSubstr("not in the kept study")));
  EXPECT_THAT(page, HasSubstr("lang=\"id\""));
}

TEST(StemsQuestion, ItsNumbersAreOfSoundMeasurements) {
  std::vector<std::string> names;
  for (const Figure& figure : stems_question().figures(stems_json({stem("relu", "layers", 0.1, 0.05, 0.2)})))
    names.push_back(figure.name);
  EXPECT_THAT(names, ElementsAre("failed checks: relu", "autograd / by hand: relu/odd"));
}

}  // namespace
}  // namespace twin::reports
