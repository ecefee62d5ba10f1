// What becomes of one set of sources: the probe (tests/mutants/probe) checks, trains and sanitizes it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/json.hpp"
#include "reports/runs/mutants/building.hpp"
#include "reports/runs/mutants/weak_checks.hpp"

namespace twin::reports {

/// What is tried. A mistake in a stem shows where the stem is used and nowhere else: what is left out does as
/// the right code does.
struct TrialPlan {
  bool quick = false;                   // XOR at one rate from few seeds, no sanitizer
  std::vector<std::string> names = {};  // networks of the catalogue, "primes", stems for their examples
  bool learns_xor = false, learns_fashion = false;
};

/// For a mistake in these files, which is filed under `stem`. `pictures`: those of fashion-mlp are there.
TrialPlan plan_for(const std::string& stem, const FileContents& files, bool quick, bool pictures);
/// All that any of them asks for, and all that there is to learn: for the right code.
TrialPlan plan_for_all(const std::vector<TrialPlan>& plans, bool quick, bool pictures);

/// How many seeds learn XOR at one learning rate.
struct XorLearning {
  std::string lr;
  int converged = 0, seeds = 0;
  std::optional<int> median_epochs;  // of those that converge
};

struct FashionLearning {
  double accuracy = 0;
  bool finite = false;
};

/// What a crash, a hang or an exception has cut off is missing.
struct Trial {
  bool compiles = false;
  std::vector<XorLearning> xor_learning;
  std::optional<FashionLearning> fashion;
  bool finite_differences = false, step_1 = false, later_steps = false, sanitizer = false;  // noticed
  std::vector<std::string> noticed_on;  // networks and examples, by a check
  std::vector<WeakCheck> weak_checks;
  Json other_rules, right_by_rules;  // mutant_by_rules() and right_by_rules(); null when it was cut off
  std::vector<std::pair<std::string, std::string>> ends;  // part of the probe, what ended it: "signal 11"
  Json diagnosis = Json::array();                         // [{network, cause, tensor, text}]
  double seconds = 0;
};

/// The programs that the trials are made of.
std::vector<Target> probe_targets(bool quick);

/// Of the files that the workshop was changed to.
Trial try_out(const Workshop& workshop, const TrialPlan& plan);

Json json_of(const Trial& trial);

}  // namespace twin::reports
