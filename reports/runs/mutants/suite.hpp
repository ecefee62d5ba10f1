// The project's own tests, of the hand-written twin and against autograd, with a mutant in place of the right
// code. Tests of the program are left out: no mutant changes it.
#pragma once

#include <string>
#include <vector>

#include "reports/runs/mutants/building.hpp"

namespace twin::reports {

class Suite {
 public:
  /// Builds the tests where they are behind the sources, and runs them: the right code passes. Throws
  /// MachineError or NumericError otherwise.
  explicit Suite(const std::filesystem::path& folder);

  /// Of the right code, but for `files`: "SigmoidTwin.GradientsMatchOnRandomShapes", or "build" when it does
  /// not build, or what ended a program early.
  std::vector<std::string> failed_tests(const FileContents& files);

 private:
  MainBuild build_;
  Workshop workshop_;
};

}  // namespace twin::reports
