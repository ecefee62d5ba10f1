#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::_;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Json row(const char* network, const char* dtype, const char* quantity, const char* tensor, const char* oracle,
         const Json& share) {
  return {{"network", network},     {"dtype", dtype},
          {"quantity", quantity},   {"tensor", tensor},
          {"oracle", oracle},       {"largest_share", share},
          {"largest_rel", 0x3p-53}, {"largest_derived_share", 0.001}};
}

Json gaps(int failed) {
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
          {"unchecked", 2},
          {"kinks", 0}};
}

TEST(Gaps, AreThoseOfGradientsToAutograd) {
  const std::vector<Row> rows = rows_of(gaps_question().answer(gaps(0), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre("xor", "float64", "0.25", "hidden.weight", "0.001", "3")));
  EXPECT_THAT(rows, Contains(ElementsAre("mlp-depth-2", "float32", "0.5", "hidden.weight", _, _)));
}

TEST(Gaps, SayHowManyChecksPassedAndWhetherOneFailed) {
  for (const Language language : {Language::english, Language::indonesian}) {
    EXPECT_THAT(numbers_of(gaps_question().verdict(gaps(0), language)), ElementsAre(10, 12, 0, 0.5, 0.5));
    EXPECT_THAT(numbers_of(gaps_question().verdict(gaps(3), language)), ElementsAre(10, 15, 3, 0.5, 0.5));
  }
  EXPECT_THAT(gaps_question().verdict(gaps(0), Language::english), Not(HasSubstr("NOT")));
  EXPECT_THAT(gaps_question().verdict(gaps(3), Language::english), HasSubstr("NOT"));
}

// JSON writes an infinite share, that of a gap where none is allowed, as null.
TEST(Gaps, MayBeInfinite) {
  Json json = gaps(1);
  json["tightness"].push_back(row("xor", "float64", "gradient", "hidden.bias", "autograd", Json()));
  EXPECT_THAT(rows_of(gaps_question().answer(json, Language::english)),
              Contains(ElementsAre("xor", "float64", "inf", "hidden.bias", _, _)));
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
