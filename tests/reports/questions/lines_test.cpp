#include <algorithm>
#include <gmock/gmock.h>

#include "reports/questions/question.hpp"

namespace twin::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Json lines(int code) { return {{"code", code}, {"comment", 2}, {"blank", 1}}; }
Json named(int count) { return {{"lines", count}, {"files", {{{"path", "a/b.hpp"}, {"lines", count}}}}}; }

Json counts(bool adam) {
  const auto need = [](int own, int shared) -> Json {
    return {{"own", lines(own)}, {"shared", lines(shared)}, {"shared_parts", {"backend"}}};
  };
  return {{"parts",
           {{{"part", "backend"}, {"manual", lines(40)}, {"autograd", lines(50)}},
            {{"part", "checks"}, {"manual", lines(9)}, {"autograd", nullptr}},
            {{"part", "layers/dense"}, {"manual", lines(60)}, {"autograd", lines(6)}}}},
          {"networks",
           {{{"network", "net"},
             {"parts", {"layers/dense"}},
             {"manual", need(60, 40)},
             {"autograd", need(6, 50)}}}},
          {"totals", {{"manual", lines(109)}, {"autograd", lines(56)}}},
          {"add_layer",
           {{"layer", "layers/dense"},
            {"manual", {{"own", 60}, {"named", named(3)}}},
            {"autograd", {{"own", 6}, {"named", named(1)}}},
            {"shared", {{"own", 21}, {"named", named(2)}}}}},
          {"swap_optimizer",
           {{"rule", adam ? "optim/adam" : "optim/sgd"},
            {"exists", adam},
            {"manual", {{"own", 37}, {"named", named(8)}}},
            {"autograd", {{"named", named(10)}}}}}};
}

TEST(LinesQuestion, AnswersFromItsNumbersInBothLanguages) {
  const Question question = lines_question();
  for (const Language language : {Language::english, Language::indonesian}) {
    const std::string answer = question.answer(counts(false), language);
    EXPECT_THAT(answer,
                AllOf(HasSubstr("| net | 60 | 40 | 100 | 6 | 50 | 56 | 1.8 |"),
                      HasSubstr("| layers/dense | 60 / 2 / 1 | 6 / 2 / 1 | 10 |"), HasSubstr("`a/b.hpp`")))
        << static_cast<int>(language);
    EXPECT_THAT(question.verdict(counts(false), language), AllOf(HasSubstr("100"), HasSubstr("63")));
  }
}

TEST(LinesQuestion, TellsWhatEveryNetworkSharesFromWhatNoneHas) {
  EXPECT_THAT(lines_question().answer(counts(false), Language::english),
              AllOf(HasSubstr("| backend (shared) | 40"), HasSubstr("| checks (in no network) | 9"),
                    HasSubstr("/ 1 | – | – |")));
}

TEST(LinesQuestion, CallsAdamAnEstimateOnlyWhileThereIsNone) {
  const Question question = lines_question();
  EXPECT_THAT(question.answer(counts(false), Language::english),
              AllOf(HasSubstr("no Adam by hand"), HasSubstr("estimate"), HasSubstr("manual/optim/sgd.hpp")));
  EXPECT_THAT(question.answer(counts(true), Language::english),
              AllOf(Not(HasSubstr("estimate")), HasSubstr("manual/optim/adam.hpp")));
  EXPECT_THAT(question.answer(counts(true), Language::indonesian), Not(HasSubstr("perkiraan")));
}

TEST(LinesQuestion, HasAFigureForEveryNetworkAndSide) {
  const std::vector<Figure> figures = lines_question().figures(counts(false));
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
