#include <gmock/gmock.h>

#include "reports/questions/question.hpp"

namespace twin::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Json roles(int forward, int backward, int update, int rest) {
  return {{"code", forward + backward + update + rest},
          {"forward", forward},
          {"backward", backward},
          {"update", update},
          {"rest", rest}};
}

Json measured() {
  Json hand = roles(20, 25, 5, 50), layers = roles(20, 25, 0, 0), kernels = roles(0, 0, 5, 50);
  layers["kind"] = "layers";
  kernels["kind"] = "kernels";  // a folder that nobody knew when this was written
  hand["kinds"] = {layers, kernels};
  return {{"sides", {{"manual", hand}, {"autograd", roles(10, 0, 0, 30)}}}};
}

TEST(BackwardShareQuestion, SharesAreOfAllAndOfTheMathematics) {
  const Question question = backward_share_question();
  for (const Language language : {Language::english, Language::indonesian})
    EXPECT_THAT(question.answer(measured(), language), AllOf(HasSubstr("25.0 %"), HasSubstr("50 %")));
  EXPECT_THAT(
      question.answer(measured(), Language::english),
      AllOf(HasSubstr("| layers | 20 | 25 | 0 | 0 | 45 | 56 % |"), HasSubstr("| kernels | 0 | 0 | 5")));
  EXPECT_THAT(question.answer(measured(), Language::indonesian), HasSubstr("| lapis | 20 | 25"));
}

TEST(BackwardShareQuestion, DrawsEveryRoleOfEveryKind) {
  const std::vector<Picture> pictures = backward_share_question().pictures(measured(), Language::english);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_THAT(pictures[0].plot.categories, testing::ElementsAre("layers", "kernels"));
  ASSERT_EQ(pictures[0].plot.curves.size(), 4U);
  EXPECT_THAT(pictures[0].plot.curves[1].y, testing::ElementsAre(25, 0));
}

}  // namespace
}  // namespace twin::reports
