#include "reports/questions/kept_mutants.hpp"

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/reports/markdown.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(KeptMutants, AreRefusedWhenTheyAreNone) {
  const TemporaryFolder folder;
  for (const char* text : {"", "[1, 2]", "{\"schema\": \"twingrad.mutants/1\"",
                           "{\"schema\": \"twingrad.mutants/2\"}", "{\"schema\": \"twingrad.check/1\"}"}) {
    const auto file = write_file(folder / "mutants.json", text);
    EXPECT_THROW_MESSAGE(read_mutants(file), DataError, "is no result of twingrad.mutants/1", "mutants.json");
  }
  EXPECT_THROW_MESSAGE(read_mutants(folder / "none.json"), DataError, "none.json");
}

TEST(KeptMutants, HoldWhatAQuestionNeedsAndNoMore) {
  const Json study = kept_mutants({"detectors"});
  ASSERT_FALSE(study.at("mutants").empty());
  for (const Json& mutant : study.at("mutants")) {
    EXPECT_TRUE(mutant.contains("name") && mutant.contains("mistake") && mutant.contains("detectors"));
    EXPECT_FALSE(mutant.contains("xor"));
  }
  for (const Language language : kLanguages)
    EXPECT_THAT(kept_from(study, language), HasSubstr(study.at("commit").get<std::string>()));
}

TEST(KeptMutants, SayWhenTheyWereMeasured) {
  Json study = kept_mutants({});
  study["date"] = "2020-02-29";
  for (const Language language : kLanguages) EXPECT_THAT(kept_from(study, language), HasSubstr("2020-02-29"));
}

/// A study of three mistakes: seen by all, learnt with and caught by a check, caught by nobody.
Json study() {
  const auto xor_learning = [](int converged, const Json& median) {
    return Json{{"2", {{"converged", converged}, {"seeds", 20}, {"median_epochs", median}}}};
  };
  const auto fashion = [](double accuracy) { return Json{{"accuracy", accuracy}, {"finite", true}}; };
  const auto mutant = [&](const char* name, const Json& learning, double accuracy, bool seen, bool checked) {
    return Json{{"name", name},
                {"mistake", "something"},
                {"expected_causes", {"factor_half"}},
                {"compiles", true},
                {"xor", learning},
                {"fashion", fashion(accuracy)},
                {"detectors",
                 {{"compiler", false},
                  {"loss_curve", seen},
                  {"finite_differences", false},
                  {"step_1", checked},
                  {"later_steps", checked},
                  {"sanitizer", false},
                  {"suite", false}}},
                {"suite_asked", !checked},
                {"diagnosis", checked ? Json{{{"cause", "factor_half"}}} : Json::array()},
                {"diagnosed", checked ? "right" : "no_mark"},
                {"survives", !checked && !seen}};
  };
  const auto count = [](int caught, const std::vector<std::string>& vanished) {
    return Json{{"caught", caught}, {"later", Json::array()}, {"vanished", vanished}};
  };
  const Json parts{{"ones_upstream", count(2, {"loud"})},
                   {"zero_weights", count(2, {})},
                   {"float32", count(2, {"loud", "silent"})},
                   {"no_input_gradient", count(2, {})}};
  return {{"schema", "twingrad.mutants/1"},
          {"commit", "abc"},
          {"seconds", 60.0},
          {"machine", {{"processor", "a processor"}, {"processors", 2}}},
          {"baseline", {{"xor", xor_learning(20, 500)}, {"fashion", fashion(0.8)}}},
          {"mutants",
           {mutant("loud", xor_learning(3, 900), 0.1, true, true),
            mutant("silent", xor_learning(19, 400), 0.8, false, true),
            mutant("survivor", xor_learning(20, 500), 0.8, false, false)}},
          {"counts",
           {{"mutants", 3},
            {"caught_by",
             {{"compiler", 0},
              {"loss_curve", 1},
              {"finite_differences", 0},
              {"step_1", 2},
              {"later_steps", 2},
              {"sanitizer", 0},
              {"suite", 0}}},
            {"diagnosed", {{"right", 2}, {"wrong", 0}, {"unexplained", 0}, {"no_mark", 1}}},
            {"weak_checks", {{"layer", parts}, {"network", parts}}},
            {"survivors", 1}}}};
}

TEST(SilentMistakes, AreThoseThatChangeHowXorLearnsAndLetItLearn) {
  const std::string answer = silent_mistakes_question().answer(study(), Language::english);
  EXPECT_THAT(rows_named(answer, "2"), ElementsAre(ElementsAre("2", "20 / 20", "2", "1", "0")));
  EXPECT_THAT(rows_named(answer, "silent"), ElementsAre(ElementsAre("silent", "something", "80.0 %")));
  EXPECT_THAT(rows_named(answer, "loud"), IsEmpty());
  EXPECT_THAT(rows_named(answer, "survivor"), IsEmpty());
  // Those that change how a network learns ("survivor" does not), of these the ones that no training shows;
  // all, and of these the ones that nobody sees.
  for (const Language language : kLanguages)
    EXPECT_THAT(numbers_of(silent_mistakes_question().verdict(study(), language)), ElementsAre(2, 1, 3, 1));
}

// A training that crashed is one that did not learn.
TEST(SilentMistakes, DoNotCrash) {
  Json json = study();
  json["mutants"][1]["xor"] = Json::object();
  const std::string answer = silent_mistakes_question().answer(json, Language::english);
  EXPECT_THAT(rows_named(answer, "2"), ElementsAre(ElementsAre("2", "20 / 20", "2", "0", "0")));
  EXPECT_THAT(rows_named(answer, "silent"), IsEmpty());
}

TEST(Detectors, TickWhoNoticesAndNameWhatNobodyDoes) {
  const auto answer = [](const Json& json) { return detectors_question().answer(json, Language::english); };
  const std::vector<Row> rows = rows_of(answer(study()));
  EXPECT_THAT(rows, ElementsAre(ElementsAre("mistake", "loss curve", "step 1", "later steps", "diagnosis"),
                                ElementsAre("loud", "✓", "✓", "✓", "✓ factor half"),
                                ElementsAre("silent", "·", "✓", "✓", "✓ factor half"),
                                ElementsAre("survivor", "·", "·", "·", "")));
  Json whole = study();
  whole["mutants"][2]["survives"] = false;
  EXPECT_THAT(prose_of(answer(study())), HasSubstr("survivor"));
  EXPECT_THAT(prose_of(answer(whole)), Not(HasSubstr("survivor")));
}

TEST(WeakCheckQuestion, NamesWhatVanishes) {
  const std::string answer = weak_checks_question().answer(study(), Language::english);
  const auto twice = [&](const char* name, const auto& row) {  // in single layers, and in small networks
    EXPECT_THAT(rows_named(answer, name), ElementsAre(row, row));
  };
  twice("ones upstream", ElementsAre("ones upstream", "2", "1", "0", "loud"));
  twice("float32 alone", ElementsAre("float32 alone", "2", "2", "0", "loud, silent"));
  twice("zero initial weights", ElementsAre("zero initial weights", "2", "0", "0", "–"));
  EXPECT_THAT(prose_of(answer), HasSubstr("\"float32 alone\""));  // costs most
}

TEST(WeakCheckQuestion, IsNotMeasuredByAStudyWithoutIt) {
  const Json json = weak_checks_question().measure({});
  EXPECT_EQ(was_measured(json), kept_mutants({}).at("counts").contains("weak_checks"));
}

TEST(QuestionsOfTheStudy, AreAnsweredInBothLanguages) {
  for (const Question& question : {silent_mistakes_question(), detectors_question(), weak_checks_question()})
    for (const Language language : kLanguages) {
      EXPECT_THAT(question.answer(study(), language), Not(HasSubstr("{}"))) << question.id;
      EXPECT_FALSE(question.pictures(study(), language).empty());
      EXPECT_FALSE(question.figures(study()).empty());
    }
}

}  // namespace
}  // namespace twin::reports
