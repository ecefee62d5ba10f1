// Who has noticed a mutant, and whether the diagnosis was right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/runs/mutants/mutant_files.hpp"
#include "reports/runs/mutants/trial.hpp"

namespace twin::reports {

enum class Diagnosed { right, wrong, unexplained, no_mark };
std::string_view name_of(Diagnosed diagnosed);

struct MutantResult {
  Mutant mutant;
  Trial trial;
  bool loss_curve = false;
  bool suite_asked = false;
  std::vector<std::string> failed_tests;
  Diagnosed diagnosed = Diagnosed::no_mark;

  /// By finite differences or by autograd.
  bool checked() const { return trial.finite_differences || trial.step_1 || trial.later_steps; }
  bool survives() const;
};

/// Whether the author of the mistake would see it: see reports/runs/mutants.hpp. `plan` is the one that it
/// was tried by.
bool seen_in_the_loss(const Trial& trial, const TrialPlan& plan, const Trial& baseline);

/// A cause that is none of the mutant's makes it wrong, whatever else was said; "unexplained" claims nothing.
Diagnosed judge(const Mutant& mutant, const Json& diagnosis);

/// Throws MachineError when the right code did not build, NumericError when somebody notices something
/// about it.
void expect_unnoticed(const Trial& baseline);

}  // namespace twin::reports
