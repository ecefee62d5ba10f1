#include <algorithm>
#include <gmock/gmock.h>

#include "reports/questions/question.hpp"
#include "tests/reports/markdown.hpp"

namespace twin::reports {
namespace {

using testing::Contains;
using testing::ElementsAre;

Json lines(int code) { return {{"code", code}, {"comment", 2}, {"blank", 1}}; }

// A stem of so many lines by hand, of which one is in another file; a tenth of that with autograd.
Json stem(const char* name, int manual) {
  const auto cost = [](int own, int named) {
    return Json{{"own", own}, {"named", {{"lines", named}, {"files", Json::array()}}}};
  };
  return {{"stem", name},
          {"manual", cost(manual - 1, 1)},
          {"autograd", cost(manual / 10, 0)},
          {"shared", cost(21, 2)}};
}

Json counts() {
  const auto need = [](int own, int shared) -> Json {
    return {{"own", lines(own)}, {"shared", lines(shared)}, {"shared_parts", {"backend"}}};
  };
  return {
      {"parts",
       {{{"part", "backend"}, {"manual", lines(40)}, {"autograd", lines(50)}},
        {{"part", "checks"}, {"manual", lines(9)}, {"autograd", nullptr}},
        {{"part", "layers/dense"}, {"manual", lines(60)}, {"autograd", lines(6)}}}},
      {"networks",
       {{{"network", "net"},
         {"parts", {"layers/dense"}},
         {"manual", need(60, 40)},
         {"autograd", need(6, 50)}}}},
      {"totals", {{"manual", lines(109)}, {"autograd", lines(56)}}},
      {"stems",
       {stem("layers/dense", 60), stem("layers/lstm", 230), stem("layers/relu", 40), stem("optim/sgd", 10)}}};
}

TEST(LinesQuestion, AnswersFromItsNumbersInBothLanguages) {
  const Question question = lines_question();
  for (const Language language : {Language::english, Language::indonesian}) {
    const std::vector<Row> rows = rows_of(question.answer(counts(), language));
    EXPECT_THAT(rows, Contains(ElementsAre("net", "60", "40", "100", "6", "50", "56", "1.8")));
    EXPECT_THAT(rows, Contains(ElementsAre("layers/dense", "60 / 2 / 1", "6 / 2 / 1", "10")));
    EXPECT_THAT(rows, Contains(ElementsAre("layers/dense", "59 + 1", "6 + 0", "21 + 2")));
    EXPECT_THAT(rows, Contains(ElementsAre("optim/sgd", "9 + 1", "1 + 0", "21 + 2")));
  }
}

TEST(LinesQuestion, NamesTheCheapestAndTheDearestLayer) {
  for (const Language language : {Language::english, Language::indonesian})
    EXPECT_THAT(numbers_of(lines_question().verdict(counts(), language)),
                ElementsAre(100, 56, 40, 230, 4, 23));
}

TEST(LinesQuestion, TellsWhatEveryNetworkSharesFromWhatNoneHas) {
  const std::vector<Row> rows = rows_of(lines_question().answer(counts(), Language::english));
  EXPECT_THAT(rows, Contains(ElementsAre("backend (shared)", "40 / 2 / 1", "50 / 2 / 1", "0.8")));
  EXPECT_THAT(rows, Contains(ElementsAre("checks (in no network)", "9 / 2 / 1", "–", "–")));
}

TEST(LinesQuestion, HasAFigureForEveryNetworkAndSide) {
  const std::vector<Figure> figures = lines_question().figures(counts());
  const auto value = [&](const std::string& name) {
    const auto found = std::find_if(figures.begin(), figures.end(),
                                    [&](const Figure& figure) { return figure.name == name; });
    return found == figures.end() ? -1 : found->value;
  };
  EXPECT_EQ(value("net, manual"), 100);
  EXPECT_EQ(value("net, autograd"), 56);
  EXPECT_EQ(value("all, manual"), 109);
}

}  // namespace
}  // namespace twin::reports
