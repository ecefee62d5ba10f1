#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::StartsWith;

Json row(const char* network, const char* dtype, const char* quantity, const char* tensor, const char* oracle,
         const Json& share) {
  return {{"network", network},     {"dtype", dtype},
          {"quantity", quantity},   {"tensor", tensor},
          {"oracle", oracle},       {"largest_share", share},
          {"largest_rel", 0x3p-53}, {"largest_derived_share", 0.001}};
}

Json gaps(int failed, int unchecked = 2, int kinks = 1) {
  Json tightness = Json::array();
  for (const char* dtype : {"float64", "float32"}) {
    tightness.push_back(row("xor", dtype, "gradient", "hidden.weight", "autograd", 0.25));
    tightness.push_back(row("xor", dtype, "input_gradient", "input", "autograd", 0.125));
    tightness.push_back(row("xor", dtype, "weight", "output.bias", "autograd", 0.75));
    tightness.push_back(row("xor", dtype, "gradient", "output.bias", "finite_difference", 0.875));
    tightness.push_back(row("mlp-depth-1", dtype, "gradient", "output.weight", "autograd", 0.0625));
    tightness.push_back(row("mlp-depth-2", dtype, "gradient", "hidden.weight", "autograd", 0.5));
  }
  return {{"options", {{"networks", {"xor"}}}},
          {"depths", {1, 2}},
          {"layers", {{"mlp-depth-1", {"output"}}, {"mlp-depth-2", {"hidden", "output"}}}},
          {"tightness", tightness},
          {"passed", 10},
          {"failed", failed},
          {"unchecked", unchecked},
          {"kinks", kinks}};
}

TEST(Gaps, AreThoseOfGradientsToAutograd) {
  const std::vector<Row> rows = rows_of(gaps_question().answer(gaps(0), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre("xor", "float64", "0.25", "0.001", "3", "hidden.weight")));
  EXPECT_THAT(rows, Contains(ElementsAre("mlp-depth-2", "float32", "0.5", _, _, "hidden.weight")));
}

TEST(Gaps, SayHowManyChecksPassedAndHowManyCertifiedNothing) {
  for (const Language language : kLanguages) {
    EXPECT_THAT(numbers_of(gaps_question().verdict(gaps(0), language)), IsSupersetOf({10., 13., 0., 2., 1.}));
    EXPECT_THAT(numbers_of(gaps_question().verdict(gaps(3), language)), IsSupersetOf({10., 16., 3., 2., 1.}));
  }
  const auto said = [](const Json& json) { return gaps_question().verdict(json, Language::english); };
  EXPECT_THAT(said(gaps(0)), StartsWith("No hand-written gradient is wrong, as far as"));
  EXPECT_THAT(said(gaps(0, 0, 0)), StartsWith("The hand-written gradients are right."));
  EXPECT_THAT(said(gaps(3)), StartsWith("The hand-written gradients are NOT right."));
}

TEST(Gaps, AreNotRightWhereNothingWasChecked) {
  Json json = gaps(0, 0, 0);
  json["passed"] = 0;
  EXPECT_EQ(gaps_question().verdict(json, Language::english), "Nothing was checked.");
}

TEST(Gaps, StandInTheAppendix) { EXPECT_TRUE(gaps_question().appendix); }

// JSON writes an infinite share, that of a gap where none is allowed, as null.
TEST(Gaps, MayBeInfinite) {
  Json json = gaps(1);
  json["tightness"].push_back(row("xor", "float64", "gradient", "hidden.bias", "autograd", Json()));
  EXPECT_THAT(rows_of(gaps_question().answer(json, Language::english)),
              Contains(ElementsAre("xor", "float64", "inf", _, _, "hidden.bias")));
}

TEST(Gaps, AreDrawnAgainstDepthAndLayer) {
  const std::vector<Picture> pictures = gaps_question().pictures(gaps(0), Language::english);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_THAT(pictures[0].plot.curves.at(0).x, ElementsAre(1, 2));
  EXPECT_THAT(pictures[0].plot.curves.at(0).y, ElementsAre(0.0625, 0.5));
  EXPECT_THAT(pictures[1].plot.curves.at(0).y, ElementsAre(0.5, 0));
}

}  // namespace
}  // namespace twin::reports
