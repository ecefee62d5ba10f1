#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;

Json roles(int forward, int backward, int update, int rest) {
  return {{"code", forward + backward + update + rest},
          {"forward", forward},
          {"backward", backward},
          {"update", update},
          {"rest", rest}};
}

Json measured() {
  Json manual = roles(20, 25, 5, 50), layers = roles(20, 25, 0, 0), kernels = roles(0, 0, 5, 50);
  layers["kind"] = "layers";
  kernels["kind"] = "kernels";  // a folder that nobody knew when this was written
  manual["kinds"] = {layers, kernels};
  return {{"sides", {{"manual", manual}, {"autograd", roles(10, 0, 0, 30)}}}};
}

TEST(BackwardShareQuestion, SharesAreOfAllAndOfTheMathematics) {
  const Question question = backward_share_question();
  for (const Language language : {Language::english, Language::indonesian})
    EXPECT_THAT(numbers_of(question.answer(measured(), language)), ElementsAre(25, 100, 25, 50, 0, 40));
  const std::vector<Row> rows = rows_of(question.answer(measured(), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre("layers", "20", "25", "0", "0", "45", "56 %")));
  EXPECT_THAT(rows, Contains(ElementsAre("kernels", "0", "0", "5", "50", "55", "0 %")));
  EXPECT_THAT(rows_of(question.answer(measured(), Language::indonesian)),
              Contains(ElementsAre("lapis", "20", "25", "0", "0", "45", "56 %")));
}

TEST(BackwardShareQuestion, DrawsEveryRoleOfEveryKind) {
  const std::vector<Picture> pictures = backward_share_question().pictures(measured(), Language::english);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_THAT(pictures[0].plot.categories, ElementsAre("layers", "kernels"));
  ASSERT_EQ(pictures[0].plot.curves.size(), 4U);
  EXPECT_THAT(pictures[0].plot.curves[1].y, ElementsAre(25, 0));
}

}  // namespace
}  // namespace twin::reports
