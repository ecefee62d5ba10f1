#include "reports/runs/mutants/results_json.hpp"

namespace twin::reports {

Json options_json(const MutantsOptions& options) {
  Json names = Json::array();
  for (const Mutant& mutant : options.mutants) names.push_back(mutant.name);
  return {{"mutants", std::move(names)}, {"quick", options.quick}, {"workers", options.workers}};
}

Json result_json(const MutantsResult& result) {
  Json mutants = Json::array(), caught, diagnosed;
  for (const char* detector :
       {"compiler", "loss_curve", "finite_differences", "step_1", "later_steps", "sanitizer", "suite"})
    caught[detector] = 0;
  for (const char* verdict : {"right", "wrong", "unexplained", "no_mark"}) diagnosed[verdict] = 0;
  int survivors = 0;
  std::vector<WeaklyChecked> weakly_checked;
  for (const MutantResult& mutant : result.mutants) {
    const Json detectors{{"compiler", !mutant.trial.compiles},
                         {"loss_curve", mutant.loss_curve},
                         {"finite_differences", mutant.trial.finite_differences},
                         {"step_1", mutant.trial.step_1},
                         {"later_steps", mutant.trial.later_steps},
                         {"sanitizer", mutant.trial.sanitizer},
                         {"suite", !mutant.failed_tests.empty()}};
    for (const auto& [detector, noticed] : detectors.items())
      caught[detector] = caught[detector].get<int>() + noticed.get<bool>();
    Json& count = diagnosed[std::string(name_of(mutant.diagnosed))];
    count = count.get<int>() + 1;
    survivors += mutant.survives();
    weakly_checked.push_back({mutant.mutant.name, mutant.trial.weak_checks});
    Json row{{"name", mutant.mutant.name},
             {"mistake", mutant.mutant.mistake},
             {"right", mutant.mutant.right},
             {"seen", mutant.mutant.seen},
             {"expected_causes", mutant.mutant.causes}};
    row.update(json_of(mutant.trial));
    row.update({{"detectors", detectors},
                {"suite_asked", mutant.suite_asked},
                {"caught_by_suite", mutant.failed_tests},
                {"weak_checks", json_of(mutant.trial.weak_checks)},
                {"other_rules", mutant.trial.other_rules},
                {"diagnosis", mutant.trial.diagnosis},
                {"diagnosed", name_of(mutant.diagnosed)},
                {"survives", mutant.survives()}});
    mutants.push_back(std::move(row));
  }
  Json baseline = json_of(result.baseline);
  baseline["other_rules"] = result.baseline.right_by_rules;
  return {{"baseline", std::move(baseline)},
          {"mutants", std::move(mutants)},
          {"counts",
           {{"mutants", result.mutants.size()},
            {"caught_by", std::move(caught)},
            {"diagnosed", std::move(diagnosed)},
            {"weak_checks", weak_counts(weakly_checked)},
            {"survivors", survivors}}}};
}

}  // namespace twin::reports
