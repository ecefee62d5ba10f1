#include "reports/runs/mutants/judging.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/runs/build_costs.hpp"
#include "shared/errors.hpp"

namespace twin::reports {
namespace {

constexpr double kFewerSeeds = 0.9, kMoreEpochs = 2, kLessAccuracy = 0.01;

bool learns_xor_worse(const Trial& trial, const Trial& baseline) {
  if (trial.xor_learning.size() != baseline.xor_learning.size()) return true;  // cut off
  for (std::size_t i = 0; i < baseline.xor_learning.size(); ++i) {
    const XorLearning& right = baseline.xor_learning[i];
    const XorLearning& mutant = trial.xor_learning[i];
    if (mutant.converged < kFewerSeeds * right.converged) return true;
    if (right.median_epochs && *mutant.median_epochs > kMoreEpochs * *right.median_epochs) return true;
  }
  return false;
}

bool learns_fashion_worse(const Trial& trial, const Trial& baseline) {
  return !trial.fashion || !trial.fashion->finite ||
         trial.fashion->accuracy < baseline.fashion->accuracy - kLessAccuracy;
}

}  // namespace

std::string_view name_of(Diagnosed diagnosed) {
  switch (diagnosed) {
    case Diagnosed::right:
      return "right";
    case Diagnosed::wrong:
      return "wrong";
    case Diagnosed::unexplained:
      return "unexplained";
    case Diagnosed::no_mark:
      break;
  }
  return "no_mark";
}

bool MutantResult::survives() const {
  return trial.compiles && !loss_curve && !checked() && !trial.sanitizer && failed_tests.empty();
}

bool seen_in_the_loss(const Trial& trial, const TrialPlan& plan, const Trial& baseline) {
  if (!trial.compiles) return false;
  return (plan.learns_xor && learns_xor_worse(trial, baseline)) ||
         (plan.learns_fashion && learns_fashion_worse(trial, baseline));
}

Diagnosed judge(const Mutant& mutant, const Json& diagnosis) {
  bool right = false;
  for (const Json& finding : diagnosis) {
    const std::string cause = finding["cause"];
    if (names_the_cause(mutant, cause, finding["tensor"]))
      right = true;
    else if (cause != "unexplained")
      return Diagnosed::wrong;
  }
  return right ? Diagnosed::right : diagnosis.empty() ? Diagnosed::no_mark : Diagnosed::unexplained;
}

void expect_unnoticed(const Trial& baseline) {
  if (!baseline.compiles)
    throw MachineError(fmt::format("the right code does not build: {}", baseline.ends.at(0).second),
                       build_folder().string(), "build the program again");
  if (!baseline.ends.empty())
    throw NumericError(
        fmt::format("the right code ended early: {}: {}", baseline.ends[0].first, baseline.ends[0].second));
  const bool weakly =
      std::any_of(baseline.weak_checks.begin(), baseline.weak_checks.end(),
                  [](const WeakCheck& check) { return check.full.has_value() || check.weak.has_value(); });
  std::vector<std::string> by = baseline.noticed_on;
  if (baseline.sanitizer) by.emplace_back("the sanitizers");
  if (weakly && by.empty()) by.emplace_back("a weakened check");
  if (!by.empty())
    throw NumericError("the right code is noticed as wrong", fmt::format("{}", fmt::join(by, ", ")),
                       "see twin check");
}

}  // namespace twin::reports
