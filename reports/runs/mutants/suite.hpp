// The project's own tests, of the hand-written twin and against autograd, with a mutant in place of the right
// code. Tests of the program are left out: no mutant changes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reports/runs/mutants/building.hpp"

namespace twin::reports {

/// A test suite of GoogleTest, and the source that it stands in, by its path from the root.
struct TestSuite {
  std::string name;  // "Stems/EveryStem"
  std::string file;  // "tests/networks/stems_test.cpp"
};

/// All of them, in parts that come one after the other: the tests of the changed files' own stems, those of
/// their folders, the others. A mistake is mostly noticed where it is made, and within a second there; the
/// others take minutes. A part may be empty.
std::vector<std::vector<TestSuite>> nearest_first(const std::vector<TestSuite>& suites,
                                                  const FileContents& files);

/// What a run of a program of GoogleTest came to: the tests that failed. Of one that was ended early, the
/// test that ran at the time, and what ended it: {"DenseTwin.AgreesOnAnyShape", "signal 11"}; no test where
/// none had begun.
struct FailedTest {
  std::string name;
  std::string end = {};  // empty: it failed by itself
};
std::vector<FailedTest> failed_tests_of(const Finished& program);

/// May be asked by several threads at once.
class Suite {
 public:
  /// Builds the tests where they are behind the sources. Throws MachineError when they do not build.
  Suite();

  /// The first that fails of the right code but for `files`: "SigmoidTwin.GradientsMatchOnRandomShapes", with
  /// what ended it early behind it, or "build" when it does not build. Only when every test passes that can
  /// see the files, there is none. `folder` is for its programs. Throws NumericError when the right code
  /// fails the same test.
  std::vector<std::string> failed_tests(const FileContents& files, const std::filesystem::path& folder) const;

 private:
  struct Program {
    Target target;
    std::vector<TestSuite> suites;
  };

  MainBuild build_;
  std::vector<Program> programs_;
};

}  // namespace twin::reports
