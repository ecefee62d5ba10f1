#include "reports/questions/mistakes.hpp"

#include <gmock/gmock.h>

#include "reports/questions/kept_mutants.hpp"
#include "shared/compare/other_rules.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::Not;
using testing::SizeIs;
using Verdict = FirstWords::Claim::Verdict;

Json xor_learning(int converged, const Json& median) {
  return {{"2", {{"converged", converged}, {"seeds", 20}, {"median_epochs", median}}}};
}
Json fashion(double accuracy) { return {{"accuracy", accuracy}, {"finite", true}}; }

struct Made {
  const char *name, *stem, *part, *framework;
  bool changes, seen, checked;  // how XOR learns; by the loss curve; by a gradient check
  const char* diagnosed;
  bool held_out = false;
};

Json mutant(const Made& made) {
  const Json weak{{"full", made.checked ? Json(1) : Json()}, {"weak", made.checked ? Json(1) : Json()}};
  Json checks;
  for (const char* part : {"layer", "network"})
    for (const mistakes::Weakening& weakening : mistakes::kWeakenings) checks[part][weakening.field] = weak;
  const std::string right = std::string("right_of_") + made.name + ";\n",
                    wrong = std::string("wrong_of_") + made.name + ";\n";
  return {
      {"name", made.name},
      {"stem", made.stem},
      {"part", made.part},
      {"mistake", std::string("what is wrong in ") + made.name},
      {"right", "y = x"},
      {"framework", made.framework},
      {"held_out", made.held_out},
      {"snippet", {{"file", "manual/a.hpp"}, {"right", right}, {"wrong", wrong}}},
      {"expected_causes", {"factor_half"}},
      {"xor", made.changes ? xor_learning(made.seen ? 3 : 19, 900) : xor_learning(20, 500)},
      {"fashion", fashion(0.8)},
      {"detectors",
       {{"compiler", false},
        {"loss_curve", made.seen},
        {"finite_differences", false},
        {"step_1", made.checked},
        {"later_steps", made.checked},
        {"sanitizer", false},
        {"suite", false}}},
      {"suite_asked", !made.checked},
      {"diagnosis", made.checked ? Json{{{"cause", "factor_half"}, {"text", "half of it"}}} : Json::array()},
      {"diagnosed", made.diagnosed},
      {"survives", !made.checked && !made.seen},
      {"weak_checks", checks}};
}

Json study(const std::vector<Made>& all) {
  Json mutants = Json::array();
  for (const Made& made : all) mutants.push_back(mutant(made));
  return {{"schema", "twingrad.mutants/1"},
          {"commit", "abc"},
          {"seconds", 60.0},
          {"machine", {{"processor", "a processor"}, {"processors", 2}}},
          {"baseline", {{"xor", xor_learning(20, 500)}, {"fashion", fashion(0.8)}}},
          {"mutants", mutants}};
}

// Two that change how XOR learns, of which one is silent; one that XOR is not made of; one in the data, which
// changes how XOR learns and is silent too, and does not count as code.
const std::vector<Made> kFour{
    {"loud", "dense", "layers", "derived", true, true, true, "right"},
    {"silent", "mse", "losses", "derived", true, false, true, "wrong"},
    {"elsewhere", "adam", "optim", "brought", false, false, true, "right"},
    {"order", "shuffle", "data", "left", true, false, false, "no_mark"},
};

std::string answer_of_mistakes(const Json& json) {
  return mistakes_question().answer(json, Language::english);
}
FirstWords first_words_of(const Json& json) {
  return mistakes_question().first_words(json, Language::english);
}

// ---- The headline says what the data say

TEST(Mistakes, HeadlineCountsTheSilentOnesOfTheNetworksOwnCode) {
  for (const Language language : kLanguages) {
    EXPECT_THAT(numbers_of(mistakes_question().verdict(study(kFour), language)), ElementsAre(3, 2, 1, 3, 3));
    const FirstWords words = mistakes_question().first_words(study(kFour), language);
    ASSERT_THAT(words.claims, SizeIs(1));
    EXPECT_EQ(words.claims[0].verdict, Verdict::holds);
    EXPECT_THAT(numbers_of(words.claims[0].because), ElementsAre(1, 2, 3, 4));  // 3 of 4: none is left
    ASSERT_THAT(words.numbers, SizeIs(1));
    EXPECT_THAT(numbers_of(words.numbers[0].value), ElementsAre(1, 2));
    ASSERT_THAT(words.move_when, SizeIs(1));
    EXPECT_THAT(numbers_of(words.move_when[0]), ElementsAre(1, 2, 2, 4));
    ASSERT_THAT(words.stay_when, SizeIs(1));
    EXPECT_THAT(numbers_of(words.stay_when[0]), ElementsAre(3, 3));
  }
}

TEST(Mistakes, ThatTheLossCurveShowsAreNoReasonToMove) {
  std::vector<Made> all = kFour;
  all[1].seen = true;
  EXPECT_THAT(mistakes_question().verdict(study(all), Language::english), HasSubstr("shows all"));
  const FirstWords words = first_words_of(study(all));
  EXPECT_EQ(words.claims.at(0).verdict, Verdict::holds_in_part);
  EXPECT_THAT(words.move_when, IsEmpty());
  EXPECT_THAT(words.numbers, IsEmpty());
}

TEST(Mistakes, ThatChangeNoTrainingDoNotMakeCodeErrorProne) {
  const Json json = study({kFour[2]});
  EXPECT_THAT(numbers_of(mistakes_question().verdict(json, Language::english)), ElementsAre(1, 1, 1));
  EXPECT_EQ(first_words_of(json).claims.at(0).verdict, Verdict::does_not_hold);
  EXPECT_THAT(first_words_of(json).move_when, IsEmpty());
}

TEST(Mistakes, ThatTheChecksMissAreNoReasonToStay) {
  std::vector<Made> all = kFour;
  all[0].checked = all[1].checked = false;
  EXPECT_THAT(first_words_of(study(all)).stay_when, IsEmpty());
}

TEST(Mistakes, AreNoneInAnEmptyStudy) {
  for (const Json& json : {study({}), study({kFour[3]})}) {
    const FirstWords words = first_words_of(json);
    EXPECT_THAT(words.claims, IsEmpty());
    EXPECT_THAT(words.stay_when, IsEmpty());
    EXPECT_THAT(numbers_of(mistakes_question().verdict(json, Language::english)), IsEmpty());
    EXPECT_THAT(answer_of_mistakes(json), Not(HasSubstr("{}")));
  }
}

// ---- Tables

TEST(Mistakes, AreCountedByWhoNotices) {
  const std::vector<Row> rows = rows_of(answer_of_mistakes(study(kFour)));
  EXPECT_THAT(rows, Contains(ElementsAre("finite differences of the loss", "0", "3")));
  EXPECT_THAT(rows, Contains(ElementsAre("comparison with autograd, first step", "3", "3")));
  EXPECT_THAT(rows, Contains(ElementsAre(HasSubstr("loss curve, of"), "1", "2")));
  EXPECT_THAT(rows, Not(Contains(Contains(HasSubstr("test suite")))));  // nobody had to ask it
}

TEST(Mistakes, ThatAreSilentStandInATableOfTheirOwn) {
  const std::vector<Row> rows = rows_of(answer_of_mistakes(study(kFour)));
  EXPECT_THAT(rows, Contains(ElementsAre("`silent`", "19 / 20", "80.0 %", "what is wrong in silent")));
  EXPECT_THAT(rows, Not(Contains(ElementsAre("`order`", "19 / 20", "80.0 %", "what is wrong in order"))));
  EXPECT_THAT(rows_of(mistakes_question().answer(study(kFour), Language::indonesian)),
              Contains(ElementsAre("`silent`", "19 / 20", "80,0 %", "what is wrong in silent")));
}

TEST(Mistakes, AreCountedByWhoWritesThemWithAFramework) {
  const std::vector<Row> rows = rows_of(answer_of_mistakes(study(kFour)));
  EXPECT_THAT(rows, Contains(ElementsAre("layers", "1", "1", "0", "0")));
  EXPECT_THAT(rows, Contains(ElementsAre("optimisers", "1", "0", "1", "0")));
  EXPECT_THAT(rows, Contains(ElementsAre("data, shuffling, initial weights", "1", "0", "0", "1")));
  EXPECT_THAT(rows, Contains(ElementsAre("all", "4", "2", "1", "1")));
  EXPECT_THAT(rows, Contains(ElementsAre("`order`", "what is wrong in order")));  // left to the user
}

TEST(Mistakes, ThatNobodyNoticesAreNamed) {
  EXPECT_THAT(prose_of(answer_of_mistakes(study(kFour))),
              AllOf(HasSubstr("hole in the tests"), HasSubstr("`order`")));
  EXPECT_THAT(prose_of(answer_of_mistakes(study({kFour[0]}))), Not(HasSubstr("hole in the tests")));
}

// ---- The diagnosis

TEST(Mistakes, OfTheCatalogueSayNothingOfOthers) {
  const std::string said = prose_of(answer_of_mistakes(study(kFour)));
  EXPECT_THAT(
      said, AllOf(HasSubstr("For 2 of 3 mistakes"), HasSubstr("for 1 a wrong one"), HasSubstr("in-sample"),
                  HasSubstr("The wrong ones: `silent`"), HasSubstr("No mistake of this study was held out")));
}

TEST(Mistakes, ThatWereHeldOutAreCountedApart) {
  std::vector<Made> all = kFour;
  all[0].held_out = all[1].held_out = true;
  EXPECT_THAT(prose_of(answer_of_mistakes(study(all))), HasSubstr("Of the 2 mistakes that were held out"));
  EXPECT_THAT(prose_of(answer_of_mistakes(study(all))), HasSubstr("names 1 rightly and 1 wrongly"));
}

// ---- Weakened checks

TEST(Mistakes, ThatAWeakenedCheckHasNothingLeftToLookAtForAreNotCounted) {
  std::vector<Made> all = kFour;
  all.push_back({"activation", "sigmoid", "layers", "derived", false, false, true, "right"});
  Json json = study(all);
  for (Json& mutant : json["mutants"]) mutant["weak_checks"]["layer"]["no_input_gradient"]["weak"] = nullptr;
  // dense and adam have weights to look at; mse and sigmoid have none.
  const mistakes::Weakened here = mistakes::weakened(json, "layer", "no_input_gradient");
  EXPECT_EQ(here.caught, 2);
  EXPECT_THAT(here.vanished, ElementsAre("loud", "elsewhere"));
  EXPECT_EQ(here.nothing_left, 2);
  EXPECT_THAT(rows_of(answer_of_mistakes(json)),
              Contains(ElementsAre("no look at the gradient by the inputs", "2", "2", "4", "0",
                                   "`loud`, `elsewhere`")));
  EXPECT_THAT(rows_of(answer_of_mistakes(json)),
              Contains(ElementsAre("float32 alone", "4", "0", "4", "0", "")));
}

// ---- Other people's rules

Json by_rules(bool changes_loss, const std::vector<std::string>& let_through,
              const std::vector<std::string>& noticed) {
  return {{"changes_loss", changes_loss}, {"let_through", let_through}, {"noticed", noticed}};
}

// loud: llm.c lets it through where gradients are small. silent: refused by llm.c's rule on the right code,
// so not asked. elsewhere: wrong forward as well. order changes no gradient.
Json study_of_rules() {
  Json json = study(kFour);
  json["mutants"][0]["other_rules"] = {{"1", by_rules(false, {}, {"llm.c", "gradcheck", "twingrad"})},
                                       {"0.0001", by_rules(false, {"llm.c"}, {"gradcheck", "twingrad"})}};
  json["mutants"][1]["other_rules"] = {{"1", by_rules(false, {"gradcheck"}, {"twingrad"})}};
  json["mutants"][2]["other_rules"] = {{"1", by_rules(true, {"gradcheck"}, {"llm.c", "twingrad"})}};
  json["mutants"][3]["other_rules"] = Json::object();
  json["baseline"]["other_rules"] = {
      {"1", {{"llm.c", {{"networks", 10}, {"refused", 2}, {"zeros", 3}, {"nan", 8}}}}},
      {"0.0001", {{"llm.c", {{"networks", 6}, {"refused", 1}, {"zeros", 5}, {"nan", 5}}}}}};
  return json;
}

TEST(Mistakes, ThatOtherRulesLetThroughAreCountedOfThoseTheyAreAskedAbout) {
  const Json json = study_of_rules();
  const auto counted = [&](const char* rule, const char* scale, bool changes_loss) {
    const mistakes::LetThrough here = mistakes::let_through(json, rule, scale, changes_loss);
    return std::pair(here.through, here.asked);
  };
  EXPECT_EQ(counted("llm.c", "1", false), std::pair(0, 1));
  EXPECT_EQ(counted("llm.c", "0.0001", false), std::pair(1, 1));
  EXPECT_EQ(counted("gradcheck", "1", false), std::pair(1, 2));
  EXPECT_EQ(counted("gradcheck", "1", true), std::pair(1, 1));
  EXPECT_EQ(counted("ggml", "1", false), std::pair(0, 0));

  const std::string answer = answer_of_mistakes(json);
  EXPECT_THAT(rows_named(answer, "llm.c"),
              testing::IsSupersetOf({Row{"llm.c", "0 / 1", "–", "1 / 1", "0 / 1"},
                                     Row{"llm.c", "3 / 8", "–", "5 / 5", "8 / 8", "2 / 10"}}));
  EXPECT_THAT(rows_of(answer),
              Contains(ElementsAre("this suite against autograd", "0 / 2", "–", "0 / 1", "0 / 1")));
  EXPECT_THAT(prose_of(answer), HasSubstr("comparison with autograd lets through 0 of 4"));
}

TEST(Mistakes, KnowEveryRuleAndItsSource) {
  std::vector<std::string> fields, names;
  for (const mistakes::RuleWords& rule : mistakes::kOtherRules) {
    fields.emplace_back(rule.field);
    EXPECT_THAT(rows_named(answer_of_mistakes(study_of_rules()), std::string(rule.name.english)),
                Contains(AllOf(SizeIs(3), Contains(std::string(rule.source)))));
  }
  for (const OtherRule& rule : other_rules()) names.push_back(rule.name);
  names.emplace_back(mistakes::kOwnRule);
  EXPECT_EQ(fields, names);
}

TEST(Mistakes, OfAnOlderStudyHaveNoTableOfRules) {
  EXPECT_THAT(answer_of_mistakes(study_of_rules()), HasSubstr("other people"));
  EXPECT_THAT(answer_of_mistakes(study(kFour)), Not(HasSubstr("other people")));
  Json crashed = study_of_rules();  // the probe of every mutant
  for (Json& mutant : crashed["mutants"]) mutant["other_rules"] = nullptr;
  EXPECT_THAT(answer_of_mistakes(crashed), Not(HasSubstr("other people")));
}

// ---- Exercises

TEST(Mistakes, ToFindBeginWithTheSilentOnesAndAreNoTwoOfAStem) {
  std::vector<Made> all = kFour;
  all.push_back({"second", "mse", "losses", "derived", true, false, true, "right"});
  std::vector<std::string> names;
  for (const Json& mutant : mistakes::exercises(study(all))) names.push_back(mutant.at("name"));
  EXPECT_THAT(names, ElementsAre("silent", "loud", "elsewhere"));
  const std::string text = mistakes::exercises_text(study(all), Language::english);
  EXPECT_LT(text.find("wrong_of_silent"), text.find("right_of_silent"));  // the answer comes behind
  EXPECT_THAT(text, AllOf(HasSubstr("half of it"), HasSubstr("The loss curve does not show it")));
}

TEST(Mistakes, ThatAreTooLongOrInManyFilesAreNoExercise) {
  Json json = study({kFour[0], kFour[1]});
  json["mutants"][0]["snippet"] = nullptr;
  json["mutants"][1]["snippet"]["wrong"] = std::string(100, '\n');
  EXPECT_THAT(mistakes::exercises(json), IsEmpty());
  EXPECT_THAT(answer_of_mistakes(json), Not(HasSubstr("Find the mistake")));
}

// A training that crashed is one that did not learn.
TEST(Mistakes, MayEndATraining) {
  Json json = study(kFour);
  json["mutants"][1]["xor"] = Json::object();
  json["mutants"][1]["fashion"] = nullptr;
  EXPECT_THAT(rows_of(answer_of_mistakes(json)),
              Contains(ElementsAre("`silent`", "–", "–", "what is wrong in silent")));
}

TEST(Mistakes, HavePicturesAndFigures) {
  const std::vector<Picture> pictures = mistakes_question().pictures(study(kFour), Language::english);
  ASSERT_THAT(pictures, SizeIs(1));
  EXPECT_THAT(pictures[0].plot.curves.at(0).y, ElementsAre(1, 0, 3, 3, 3));
  for (const Figure& figure : mistakes_question().figures(study(kFour)))
    if (figure.name == "of these, train as if nothing were wrong") {
      EXPECT_EQ(figure.value, 1);
    }
}

// ---- The study that came with the sources

TEST(KeptMutants, AreRefusedWhenTheyAreNone) {
  const TemporaryFolder folder;
  for (const char* text : {"", "[1, 2]", "{\"schema\": \"twingrad.mutants/1\"",
                           "{\"schema\": \"twingrad.mutants/2\"}", "{\"schema\": \"twingrad.check/1\"}"}) {
    const auto file = write_file(folder / "mutants.json", text);
    EXPECT_THROW_MESSAGE(read_mutants(file), DataError, "is no result of twingrad.mutants/1", "mutants.json");
  }
  EXPECT_THROW_MESSAGE(read_mutants(folder / "none.json"), DataError, "none.json");
}

TEST(KeptMutants, HoldWhatTheirFilesSay) {
  const Json kept = kept_mutants();
  ASSERT_FALSE(kept.at("mutants").empty());
  bool found = false;
  for (const Json& mutant : kept.at("mutants")) {
    EXPECT_THAT((std::vector<std::string>{mutant.at("framework")}),
                IsSubsetOf({"derived", "brought", "left"}));
    if (mutant.at("name") != "mse-two-missing") continue;
    found = true;
    EXPECT_EQ(mutant.at("part"), "losses");
    EXPECT_EQ(mutant.at("framework"), "derived");
    EXPECT_EQ(mutant.at("snippet").at("file"), "manual/losses/mse.hpp");
    EXPECT_THAT(mutant.at("snippet").at("right").get<std::string>(), HasSubstr("Scalar(2)"));
    EXPECT_THAT(mutant.at("snippet").at("wrong").get<std::string>(), Not(HasSubstr("Scalar(2)")));
  }
  EXPECT_TRUE(found);
  for (const Language language : kLanguages)
    EXPECT_THAT(mutants_kept_from(kept, language), HasSubstr(kept.at("commit").get<std::string>()));
}

TEST(KeptMutants, WhoseFilesAreGoneAreLeftOut) {
  Json json = study(kFour);
  json["options"] = Json::object();
  json["mutants"][0]["other_rules"] = {{"1", by_rules(false, {"llm.c"}, {})}};
  Mutant file;
  file.name = "loud";
  file.stem = "dense";
  const TemporaryFolder source;
  std::filesystem::create_directories(source / "manual");
  write_file(source / "manual/a.hpp", "a\n  b\n  c\n  d\n  e\nf\n");
  file.edits = {{"manual/a.hpp", "d\n", "D\n    D\n"}};
  const Json kept = joined(json, {file}, source.path());
  ASSERT_EQ(kept.at("mutants").size(), 1U);
  EXPECT_EQ(kept.at("mutants")[0].at("other_rules"), json["mutants"][0]["other_rules"]);
  EXPECT_EQ(kept.at("mutants")[0].at("snippet").at("right"), "  b\n  c\n  d\n  e\nf\n");
  EXPECT_EQ(kept.at("mutants")[0].at("snippet").at("wrong"), "  b\n  c\n  D\n      D\n  e\nf\n");
}

TEST(KeptMutants, SayWhenTheyWereMeasured) {
  Json json = study(kFour);
  json["date"] = "2020-02-29";
  for (const Language language : kLanguages)
    EXPECT_THAT(mutants_kept_from(json, language), HasSubstr("2020-02-29"));
}

TEST(Mistakes, AreAnsweredInBothLanguages) {
  for (const Language language : kLanguages)
    EXPECT_THAT(mistakes_question().answer(study(kFour), language), Not(HasSubstr("{}")));
}

}  // namespace
}  // namespace twin::reports
