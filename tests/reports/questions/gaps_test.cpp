#include <gmock/gmock.h>

#include "reports/questions/question.hpp"

namespace twin::reports {
namespace {

using testing::HasSubstr;

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
  const std::string answer = gaps_question().answer(gaps(0), Language::english);
  EXPECT_THAT(answer, HasSubstr("| xor | float64 | 0.25 | hidden.weight | 0.001 | 3 |"));
  EXPECT_THAT(answer, HasSubstr("| mlp-depth-2 | float32 | 0.5 | hidden.weight |"));
}

TEST(Gaps, SayHowManyChecksPassedAndWhetherOneFailed) {
  EXPECT_THAT(gaps_question().verdict(gaps(0), Language::english), HasSubstr("are right: 10 of 12 checks"));
  EXPECT_THAT(gaps_question().verdict(gaps(3), Language::english), HasSubstr("NOT right: only 10 of 15"));
  EXPECT_THAT(gaps_question().verdict(gaps(3), Language::indonesian), HasSubstr("TIDAK benar"));
}

// JSON writes an infinite share, that of a gap where none is allowed, as null.
TEST(Gaps, MayBeInfinite) {
  Json json = gaps(1);
  json["tightness"].push_back(row("xor", "float64", "gradient", "hidden.bias", "autograd", Json()));
  EXPECT_THAT(gaps_question().answer(json, Language::english),
              HasSubstr("| xor | float64 | inf | hidden.bias |"));
}

TEST(Gaps, AreDrawnAgainstDepthAndLayer) {
  const std::vector<Picture> pictures = gaps_question().pictures(gaps(0), Language::english);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_THAT(pictures[0].plot.curves.at(0).x, testing::ElementsAre(1, 2));
  EXPECT_THAT(pictures[0].plot.curves.at(0).y, testing::ElementsAre(0.0625, 0.5));
  EXPECT_THAT(pictures[1].plot.curves.at(0).y, testing::ElementsAre(0.5, 0));
}

}  // namespace
}  // namespace twin::reports
