#include "reports/runs/mutants/mutant_files.hpp"

#include "autograd/backend.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Causes kCauses{"factor_two", "sign"};

const std::string kHeader =
    "Mistake: two for one\nRight: one\nSeen: a common slip\nCause: factor_two|sign\nFramework: derived\n";

std::string edit(const std::string& fragment, const std::string& replacement,
                 const std::string& file = "manual/a.hpp") {
  return "\nFile: " + file + "\nReplace:\n" + fragment + "With:\n" + replacement;
}
const std::string kEdit = edit("    one\n", "    two\n");

/// A source tree of one file and one mutant.
class MutantFiles : public testing::Test {
 protected:
  MutantFiles() {
    std::filesystem::create_directories(tree_ / "tests/mutants/a");
    std::filesystem::create_directories(tree_ / "manual");
    source("before\none\nafter\n");
  }

  void source(const std::string& text) const { write_file(tree_ / "manual/a.hpp", text); }

  Mutant load(const std::string& text) const {
    write_file(tree_ / "tests/mutants/a/two-for-one.mutant", text);
    return load_mutants(tree_.path(), kCauses).at(0);
  }
  std::string apply(const std::string& edits) const {
    return mutated_files(load(kHeader + edits), tree_.path()).at("manual/a.hpp");
  }

  TemporaryFolder tree_;
};

// ---- What they say

TEST_F(MutantFiles, HaveAHeaderThatSaysWhatTheyAre) {
  const Mutant mutant = load(kHeader + "Tensor: .*bias\n" + kEdit);
  EXPECT_EQ(mutant.name, "a-two-for-one");
  EXPECT_EQ(mutant.stem, "a");
  EXPECT_EQ(mutant.mistake, "two for one");
  EXPECT_EQ(mutant.right, "one");
  EXPECT_EQ(mutant.seen, "a common slip");
  EXPECT_THAT(mutant.causes, ElementsAre("factor_two", "sign"));
  EXPECT_EQ(mutant.framework, Framework::derived);
  EXPECT_FALSE(mutant.held_out);
  EXPECT_EQ(mutant.tensor, ".*bias");
  ASSERT_EQ(mutant.edits.size(), 1U);
  EXPECT_EQ(mutant.edits[0].file, "manual/a.hpp");
}

TEST_F(MutantFiles, MayHaveNoCause) {
  EXPECT_THAT(load("Mistake: m\nRight: r\nSeen: s\nCause: none\nFramework: left\n" + kEdit).causes,
              IsEmpty());
}

TEST_F(MutantFiles, MayComeFromAnEditorOfWindows) {
  std::string text = kHeader + kEdit;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, 1, '\r');
  EXPECT_THAT(load(text).causes, ElementsAre("factor_two", "sign"));
  EXPECT_EQ(mutated_files(load(text), tree_.path()).at("manual/a.hpp"), "before\ntwo\nafter\n");
}

TEST_F(MutantFiles, AreRefusedWithoutACompleteHeader) {
  EXPECT_THROW_MESSAGE(load(kEdit), DataError, "two-for-one.mutant", "the line \"Mistake: …\" is missing");
  EXPECT_THROW_MESSAGE(load("Mistake: m\nRight: r\nSeen: s\n" + kEdit), DataError, "\"Cause: …\" is missing");
  EXPECT_THROW_MESSAGE(load("Mistake: m\nRight:\nSeen: s\nCause: none\n" + kEdit), DataError,
                       "\"Right: …\" is missing");
  EXPECT_THROW_MESSAGE(load("Mistake: m\nRight: r\nSeen: s\nCause: none\n" + kEdit), DataError,
                       "\"Framework: …\" is missing");
}

TEST_F(MutantFiles, AreRefusedForALineThatNobodyKnows) {
  EXPECT_THROW_MESSAGE(load("Misteak: m\n" + kHeader + kEdit), DataError,
                       "line 1: Misteak: m where File: is due");
  EXPECT_THROW_MESSAGE(load(kHeader + "Cause: sign\n" + kEdit), DataError, "line 6: a second Cause:");
  EXPECT_THROW_MESSAGE(load(kHeader + kEdit + "Tensor: .*bias\n"), DataError,
                       "line 12: Tensor: .*bias where File: is due");
  EXPECT_THROW_MESSAGE(load("no header\n" + kHeader + kEdit), DataError,
                       "line 1: no header where File: is due");
}

TEST_F(MutantFiles, AreRefusedForACauseThatNoDiagnosisSays) {
  const std::string without_cause = "Mistake: m\nRight: r\nSeen: s\n";
  EXPECT_THROW_MESSAGE(load(without_cause + "Cause: factor_too\n" + kEdit), DataError, "two-for-one.mutant",
                       "no diagnosis says factor_too");
  EXPECT_THROW_MESSAGE(load(without_cause + "Cause: sign||factor_two\n" + kEdit), DataError,
                       "no diagnosis says ");
  EXPECT_THROW_MESSAGE(load(without_cause + "Cause: none|sign\n" + kEdit), DataError,
                       "no diagnosis says none");
}

TEST_F(MutantFiles, SayWhoWritesItWithAFramework) {
  const std::string header = "Mistake: m\nRight: r\nSeen: s\nCause: none\nFramework: ";
  EXPECT_EQ(load(header + "brought\n" + kEdit).framework, Framework::brought);
  EXPECT_EQ(load(header + "left\n" + kEdit).framework, Framework::left);
  EXPECT_THROW_MESSAGE(load(header + "lent\n" + kEdit), DataError,
                       "lent is neither derived, brought nor left");
}

TEST_F(MutantFiles, MayBeHeldOut) {
  EXPECT_TRUE(load(kHeader + "Held-out: yes\n" + kEdit).held_out);
  EXPECT_THROW_MESSAGE(load(kHeader + "Held-out: no\n" + kEdit), DataError, "Held-out: no is not yes");
}

TEST_F(MutantFiles, AreRefusedForATensorThatIsNoRegularExpression) {
  EXPECT_THROW_MESSAGE(load(kHeader + "Tensor: *bias\n" + kEdit), DataError,
                       "Tensor: *bias is no regular expression");
}

TEST_F(MutantFiles, AreRefusedWithoutACompleteEdit) {
  EXPECT_THROW_MESSAGE(load(kHeader), DataError, "two-for-one.mutant", "changes no file");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\n"), DataError, "ends where Replace: is due");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\nReplace:\n    one\n"), DataError,
                       "ends where With: is due");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\nWith:\n    two\n"), DataError,
                       "line 7: With: where Replace: is due");
  EXPECT_THROW_MESSAGE(load(kHeader + "Replace:\n    one\nWith:\n    two\n"), DataError,
                       "line 6: Replace: where File: is due");
  EXPECT_THROW_MESSAGE(load(kHeader + kEdit + "Replace:\n    one\n"), DataError,
                       "line 12: Replace: where File: is due");
}

TEST_F(MutantFiles, AreRefusedForTextInTheWrongPlace) {
  EXPECT_THROW_MESSAGE(load(kHeader + "    one\n" + kEdit), DataError, "line 6 is indented");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\n    one\n"), DataError, "line 7 is indented");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\nReplace: one\nWith:\n    two\n"), DataError,
                       "line 7: what follows Replace: stands below it, indented");
  EXPECT_THROW_MESSAGE(load(kHeader + "File: manual/a.hpp\nReplace:\none\n"), DataError,
                       "line 8: one where With: is due");
}

TEST_F(MutantFiles, AreRefusedForAnEditThatDoesNothing) {
  EXPECT_THROW_MESSAGE(load(kHeader + kEdit + edit("", "    two\n")), DataError, "edit 2 replaces nothing");
  EXPECT_THROW_MESSAGE(load(kHeader + edit("    one  two\n", "    one\n    two\n")), DataError,
                       "edit 1 changes nothing");
}

TEST_F(MutantFiles, AreRefusedWhereTheyChangeWhatTheyMayNot) {
  for (const std::string file : {"shared/network.hpp", "autograd/backend.cpp", "tests/a.cpp",
                                 "manual/../shared/network.hpp", "/etc/passwd", ""})
    EXPECT_THROW_MESSAGE(load(kHeader + edit("    one\n", "    two\n", file)), DataError,
                         "edit 1 changes " + file);
  EXPECT_EQ(load(kHeader + edit("    one\n", "    two\n", "shared/data/a.cpp")).edits[0].file,
            "shared/data/a.cpp");
}

TEST_F(MutantFiles, StandInTheFolderOfAStem) {
  write_file(tree_ / "tests/mutants/lost.mutant", kHeader + kEdit);
  EXPECT_THROW_MESSAGE(load(kHeader + kEdit), DataError, "stands in no stem's folder", "lost.mutant");
}

TEST_F(MutantFiles, AreSoughtWhereTheSourceTreeWas) {
  EXPECT_THROW_MESSAGE(load_mutants(tree_ / "moved", kCauses), MachineError, "the source tree is gone",
                       "moved");
}

// ---- What they change

TEST_F(MutantFiles, ChangeACopyAlone) {
  EXPECT_EQ(apply(kEdit), "before\ntwo\nafter\n");
  EXPECT_EQ(read_file(tree_ / "manual/a.hpp"), "before\none\nafter\n");
}

TEST_F(MutantFiles, TakeARunOfBlanksForAnyOther) {
  source("f(a,\n\t  b) +  g\n");
  EXPECT_EQ(apply(edit("    f(a, b)\n        + g\n", "    h\n")), "h\n");
  source("f(a, b) + g\n");
  EXPECT_EQ(apply(edit("    f(a,\n      b)   +\n    g\n", "    h\n")), "h\n");
  source("f(ab)\n");
  EXPECT_THROW_MESSAGE(apply(edit("    f(a b)\n", "    h\n")), DataError, "found 0 times");
}

TEST_F(MutantFiles, ChangeAPartOfALine) {
  source("x = f(one) + one;\n");
  EXPECT_EQ(apply(edit("    f(one)\n", "    f(two)\n")), "x = f(two) + one;\n");
  EXPECT_EQ(apply(edit("    + one\n", "")), "x = f(one) ;\n");
}

TEST_F(MutantFiles, IndentWhatTheyPutInAsTheLineThatItReplaces) {
  source("{\n      one;\n}\n");
  EXPECT_EQ(apply(edit("    one;\n", "    if (a)\n      b;\n\n    c;\n")),
            "{\n      if (a)\n        b;\n\n      c;\n}\n");
  EXPECT_EQ(apply(edit("    one;\n", "      a\n    b;\n")), "{\n      a\n    b;\n}\n");
}

TEST_F(MutantFiles, LeaveNothingOfALineThatTheyTakeOut) {
  source("before\n  one;\n  two;\nafter\n");
  EXPECT_EQ(apply(edit("    one;\n", "")), "before\n  two;\nafter\n");
  EXPECT_EQ(apply(edit("    one;\n    two;\n", "\n")), "before\nafter\n");
  source("one;");
  EXPECT_EQ(apply(edit("    one;\n", "")), "");
}

TEST_F(MutantFiles, MakeOneEditAfterTheOther) {
  EXPECT_EQ(apply(kEdit + edit("    before\n    two\n", "    three\n")), "three\nafter\n");
  EXPECT_THROW_MESSAGE(apply(kEdit + kEdit), DataError,
                       "edit 2: what it replaces is found 0 times in manual/a.hpp, not once");
}

TEST_F(MutantFiles, ChangeSeveralFiles) {
  write_file(tree_ / "manual/b.hpp", "one\n");
  const FileContents contents =
      mutated_files(load(kHeader + kEdit + edit("    one\n", "    three\n", "manual/b.hpp")), tree_.path());
  EXPECT_THAT(contents, ElementsAre(testing::Pair("manual/a.hpp", "before\ntwo\nafter\n"),
                                    testing::Pair("manual/b.hpp", "three\n")));
}

TEST_F(MutantFiles, NameTheEditWhoseFragmentIsNotThereOnce) {
  source("one\nand one\n");
  EXPECT_THROW_MESSAGE(
      apply(edit("    and one\n", "    and one one\n") + kEdit), DataError, "two-for-one.mutant",
      "edit 2: what it replaces is found 3 times in manual/a.hpp, not once", "bring it up to date");
  EXPECT_THROW_MESSAGE(apply(edit("    three\n", "    four\n")), DataError,
                       "edit 1: what it replaces is found 0 times");
}

TEST_F(MutantFiles, NameTheFileThatIsGone) {
  std::filesystem::remove(tree_ / "manual/a.hpp");
  EXPECT_THROW_MESSAGE(apply(kEdit), DataError, "edit 1: there is no manual/a.hpp", "two-for-one.mutant");
}

// A change of the hand-written twin that leaves a mutant behind is seen here.
TEST(MutantsOfTheTree, Apply) {
  const std::vector<std::string> causes = known_causes(autograd::backend());
  const std::vector<Mutant> mutants = load_mutants(TWINGRAD_SOURCE_DIR, {causes.begin(), causes.end()});
  EXPECT_FALSE(mutants.empty());
  for (const Mutant& mutant : mutants) EXPECT_NO_THROW(mutated_files(mutant, TWINGRAD_SOURCE_DIR));
}

// ---- Which of them

class SelectMutants : public testing::Test {
 protected:
  static std::vector<std::string> select(const std::vector<std::string>& names) {
    std::vector<Mutant> all(3);
    all[0].name = "dense-sign";
    all[1].name = "mse-mean-missing";
    all[2].name = "mse-sign";
    for (Mutant& mutant : all) mutant.stem = mutant.name.substr(0, mutant.name.find('-'));
    std::vector<std::string> selected;
    for (const Mutant& mutant : select_mutants(all, names)) selected.push_back(mutant.name);
    return selected;
  }
};

TEST_F(SelectMutants, TakesAllWhenNoneIsNamed) {
  EXPECT_THAT(select({}), ElementsAre("dense-sign", "mse-mean-missing", "mse-sign"));
}

TEST_F(SelectMutants, TakesNamesAndStems) {
  EXPECT_THAT(select({"mse-sign"}), ElementsAre("mse-sign"));
  EXPECT_THAT(select({"mse"}), ElementsAre("mse-mean-missing", "mse-sign"));
  EXPECT_THAT(select({"mse-sign", "mse", "dense-sign"}),
              ElementsAre("dense-sign", "mse-mean-missing", "mse-sign"));
}

TEST_F(SelectMutants, RefusesWhatIsNeither) {
  for (const char* name : {"mse-sine", "ms", "sign", ""})
    EXPECT_THROW_MESSAGE(select({"mse", name}), UsageError, std::string("unknown mutant ") + name, "--list");
}

TEST(NamesTheCause, TakesAnyOfTheCausesInTheExpectedTensors) {
  Mutant mutant;
  mutant.causes = {"zero", "never_updated"};
  EXPECT_TRUE(names_the_cause(mutant, "zero", "hidden.weight"));
  EXPECT_TRUE(names_the_cause(mutant, "never_updated", "hidden.weight"));
  EXPECT_FALSE(names_the_cause(mutant, "sign", "hidden.weight"));
  mutant.tensor = ".*bias";
  EXPECT_TRUE(names_the_cause(mutant, "zero", "hidden.bias, output.bias"));
  EXPECT_FALSE(names_the_cause(mutant, "zero", "hidden.weight, output.bias"));
  mutant.tensor = ".*input2: d_x";
  EXPECT_TRUE(names_the_cause(mutant, "zero", "bilinear.input2: d_x, residual.second.input2: d_x"));
  EXPECT_FALSE(names_the_cause(mutant, "zero", "bilinear.input2: d_x, bilinear: d_x"));
}

}  // namespace
}  // namespace twin::reports
