#include "reports/runs/mutant_patches.hpp"

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kHeader = "Mistake: two for one\nRight: one\nSeen: a common slip\nCause: factor_two|sign\n";
const std::string kDiff =
    "diff --git a/manual/a.hpp b/manual/a.hpp\n--- a/manual/a.hpp\n+++ b/manual/a.hpp\n"
    "@@ -1,3 +1,3 @@\n before\n-one\n+two\n after\n";

/// A source tree of one file and one mutant.
class MutantPatches : public testing::Test {
 protected:
  MutantPatches() {
    std::filesystem::create_directories(tree_ / "tests/mutants");
    std::filesystem::create_directories(tree_ / "manual");
    write_file(tree_ / "manual/a.hpp", "before\none\nafter\n");
  }

  std::vector<Mutant> load(const std::string& patch) const {
    write_file(tree_ / "tests/mutants/two-for-one.patch", patch);
    return load_mutants(tree_.path());
  }
  std::map<std::string, std::string> apply(const std::string& patch) const {
    return patched_files(load(patch).at(0), tree_.path(), tree_ / "scratch");
  }

  TemporaryFolder tree_;
};

TEST_F(MutantPatches, HaveAHeaderThatSaysWhatTheyAre) {
  const std::vector<Mutant> mutants = load(kHeader + "Tensor: .*bias\n\n" + kDiff);
  ASSERT_EQ(mutants.size(), 1U);
  EXPECT_EQ(mutants[0].name, "two-for-one");
  EXPECT_EQ(mutants[0].mistake, "two for one");
  EXPECT_EQ(mutants[0].right, "one");
  EXPECT_EQ(mutants[0].seen, "a common slip");
  EXPECT_THAT(mutants[0].causes, ElementsAre("factor_two", "sign"));
  EXPECT_EQ(mutants[0].tensor, ".*bias");
  EXPECT_THAT(mutants[0].files, ElementsAre("manual/a.hpp"));
}

TEST_F(MutantPatches, MayHaveNoCause) {
  EXPECT_THAT(load("Mistake: m\nRight: r\nSeen: s\nCause: none\n\n" + kDiff)[0].causes, IsEmpty());
}

TEST_F(MutantPatches, AreRefusedWithoutACompleteHeader) {
  EXPECT_THROW_MESSAGE(load(kDiff), DataError, "two-for-one.patch", "the line \"Mistake: …\" is missing");
  EXPECT_THROW_MESSAGE(load("Mistake: m\nRight: r\nSeen: s\n\n" + kDiff), DataError,
                       "\"Cause: …\" is missing");
  EXPECT_THROW_MESSAGE(load("Mistake: m\nRight: r\nSeen: s\nCause: factor_too\n\n" + kDiff), DataError,
                       "two-for-one.patch", "no diagnosis says factor_too");
}

TEST_F(MutantPatches, AreRefusedWhereTheyChangeWhatTheyMayNot) {
  EXPECT_THROW_MESSAGE(load(kHeader), DataError, "changes no file");
  EXPECT_THROW_MESSAGE(load(kHeader + "\n--- a/shared/network.hpp\n+++ b/shared/network.hpp\n"), DataError,
                       "changes shared/network.hpp");
}

TEST_F(MutantPatches, ChangeACopyAlone) {
  const auto contents = apply(kHeader + "\n" + kDiff);
  EXPECT_THAT(contents,
              ElementsAre(std::pair<const std::string, std::string>("manual/a.hpp", "before\ntwo\nafter\n")));
  EXPECT_EQ(read_file(tree_ / "manual/a.hpp"), "before\none\nafter\n");
}

TEST_F(MutantPatches, NameTheHunkThatDoesNotApply) {
  write_file(tree_ / "manual/a.hpp", "before\none and a half\nafter\n");
  EXPECT_THROW_MESSAGE(apply(kHeader + "\n" + kDiff), DataError, "hunk #1 does not apply to manual/a.hpp",
                       "two-for-one.patch");
  std::filesystem::remove(tree_ / "manual/a.hpp");
  EXPECT_THROW_MESSAGE(apply(kHeader + "\n" + kDiff), DataError, "does not apply to manual/a.hpp");
}

TEST_F(MutantPatches, AreSoughtWhereTheSourceTreeWas) {
  EXPECT_THROW_MESSAGE(load_mutants(tree_ / "moved"), MachineError, "the source tree is gone", "moved");
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
}

}  // namespace
}  // namespace twin::reports
