#include "reports/runs/mutants/suite.hpp"

#include <csignal>
#include <gmock/gmock.h>

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::IsEmpty;

const std::vector<TestSuite> kSuites{{"Dense", "tests/layers/dense_test.cpp"},
                                     {"Relu", "tests/layers/relu_test.cpp"},
                                     {"Matrix", "tests/manual/matrix_test.cpp"},
                                     {"Shuffled", "tests/shared/seeds/random_test.cpp"},
                                     {"InitialParameters", "tests/shared/seeds/initialise_test.cpp"},
                                     {"Elsewhere", ""}};

std::vector<std::vector<std::string>> names_in_parts(const FileContents& files) {
  std::vector<std::vector<std::string>> parts;
  for (const std::vector<TestSuite>& part : nearest_first(kSuites, files)) {
    parts.emplace_back();
    for (const TestSuite& suite : part) parts.back().push_back(suite.name);
  }
  return parts;
}

TEST(Suite, AsksTheTestsOfTheStemThenThoseOfTheFolderThenAllOthers) {
  EXPECT_THAT(names_in_parts({{"manual/layers/dense.hpp", ""}}),
              ElementsAre(ElementsAre("Dense"), ElementsAre("Relu"),
                          ElementsAre("Matrix", "Shuffled", "InitialParameters", "Elsewhere")));
  EXPECT_THAT(names_in_parts({{"shared/seeds/random.cpp", ""}}),
              ElementsAre(ElementsAre("Shuffled"), ElementsAre("InitialParameters"),
                          ElementsAre("Dense", "Relu", "Matrix", "Elsewhere")));
  EXPECT_THAT(names_in_parts({{"manual/network.hpp", ""}}),
              ElementsAre(IsEmpty(), ElementsAre("Matrix"),
                          ElementsAre("Dense", "Relu", "Shuffled", "InitialParameters", "Elsewhere")));
}

TEST(Suite, AsksTheTestsOfEachChangedFile) {
  EXPECT_THAT(names_in_parts({{"manual/layers/relu.hpp", ""}, {"shared/seeds/random.cpp", ""}}),
              ElementsAre(ElementsAre("Relu", "Shuffled"), ElementsAre("Dense", "InitialParameters"),
                          ElementsAre("Matrix", "Elsewhere")));
}

TEST(FailedTests, AreNamedOnce) {
  Finished program;
  program.code = 1;
  program.out =
      "[ RUN      ] Shuffled.IsEven\n"
      "[  FAILED  ] Shuffled.IsEven (5 ms)\n"
      "[ RUN      ] Seed/Mlp.Learns/3\n"
      "[  FAILED  ] Seed/Mlp.Learns/3, where GetParam() = 3 (5 ms)\n"
      "[  FAILED  ] 2 tests, listed below:\n"
      "[  FAILED  ] Shuffled.IsEven\n"
      "[  FAILED  ] Seed/Mlp.Learns/3, where GetParam() = 3\n";
  EXPECT_THAT(failed_tests_of(program),
              ElementsAre(FieldsAre("Shuffled.IsEven", ""), FieldsAre("Seed/Mlp.Learns/3", "")));
  program.code = 0;
  program.out = "[       OK ] Shuffled.IsEven (5 ms)\n";
  EXPECT_THAT(failed_tests_of(program), IsEmpty());
}

TEST(FailedTests, AreThoseThatRanWhenTheProgramWasEnded) {
  Finished program;
  program.signal = SIGSEGV;
  EXPECT_THAT(failed_tests_of(program), ElementsAre(FieldsAre("", "signal 11")));
  program.out =
      "[ RUN      ] Shuffled.IsEven\n"
      "[       OK ] Shuffled.IsEven (5 ms)\n"
      "[ RUN      ] Shuffled.Ends\n";
  EXPECT_THAT(failed_tests_of(program), ElementsAre(FieldsAre("Shuffled.Ends", "signal 11")));
  program.signal = SIGXCPU;
  EXPECT_THAT(failed_tests_of(program), ElementsAre(FieldsAre("Shuffled.Ends", "time limit")));
}

}  // namespace
}  // namespace twin::reports
