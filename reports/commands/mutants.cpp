// twin mutants: who notices the mistakes that people make when they derive a network by hand?
#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "reports/commands/command.hpp"
#include "reports/runs/mutants/results_json.hpp"
#include "shared/errors.hpp"
#include "shared/machine/threads.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct MutantsArguments {
  std::vector<std::string> names;
  bool quick = false, list = false;
  int workers = available_processors();
  std::filesystem::path json;
};

int list(const std::vector<Mutant>& mutants) {
  Table table({"mutant", "changes", "mistake"});
  for (const Mutant& mutant : mutants) table.add({mutant.name, mutant.edits.front().file, mutant.mistake});
  fmt::print("{}", table.terminal());
  return 0;
}

Cell noticed(bool yes, const std::string& word = "caught") {
  return yes ? Cell(word, Colour::good) : Cell("·", Colour::faint);
}

Cell diagnosis_cell(const MutantResult& mutant) {
  switch (mutant.diagnosed) {
    case Diagnosed::right:
      return {"right", Colour::good};
    case Diagnosed::wrong:
      return {"wrong", Colour::bad};
    case Diagnosed::unexplained:
      return {"unexplained", Colour::plain};
    case Diagnosed::no_mark:
      break;
  }
  return {"no mark", Colour::faint};
}

// Of all seeds at all rates.
std::string xor_text(const Trial& trial) {
  if (trial.xor_learning.empty()) return "none";
  int converged = 0, seeds = 0;
  for (const XorLearning& learning : trial.xor_learning) {
    converged += learning.converged;
    seeds += learning.seeds;
  }
  return fmt::format("{:.0f} %", 100.0 * converged / seeds);
}

std::string fashion_text(const Trial& trial) {
  if (!trial.fashion) return "none";
  return trial.fashion->finite ? fmt::format("{:.1f} %", 100 * trial.fashion->accuracy) : "not finite";
}

Cell suite_cell(const MutantResult& mutant) {
  if (!mutant.suite_asked) return "";
  return noticed(!mutant.failed_tests.empty());
}

Table table_of(const MutantsResult& result, bool quick) {
  std::vector<std::string> headers{"mutant", ">learns xor"};
  if (result.fashion) headers.push_back(">fashion-mlp");
  headers.insert(headers.end(), {"loss curve", "differences", "step 1", "later steps"});
  if (!quick) headers.push_back("sanitizer");
  headers.insert(headers.end(), {"suite", "diagnosis"});
  Table table(headers);

  const auto add = [&](const std::string& name, const Trial& trial, std::vector<Cell> rest) {
    std::vector<Cell> row{name, trial.compiles ? xor_text(trial) : "no build"};
    if (result.fashion) row.push_back(trial.compiles ? fashion_text(trial) : "no build");
    row.insert(row.end(), rest.begin(), rest.end());
    table.add(std::move(row));
  };
  add("(none)", result.baseline, std::vector<Cell>(headers.size() - (result.fashion ? 3 : 2), ""));
  for (const MutantResult& mutant : result.mutants) {
    const Trial& trial = mutant.trial;
    std::vector<Cell> rest{noticed(mutant.loss_curve), noticed(trial.finite_differences),
                           noticed(trial.step_1), noticed(trial.later_steps)};
    if (!quick) rest.push_back(noticed(trial.sanitizer));
    rest.push_back(suite_cell(mutant));
    rest.push_back(diagnosis_cell(mutant));
    add(mutant.mutant.name, trial, std::move(rest));
  }
  return table;
}

void print_counts(const Json& counts) {
  const Json& caught = counts["caught_by"];
  const Json& diagnosed = counts["diagnosed"];
  const int all = counts["mutants"], seen = caught["loss_curve"];
  fmt::print("\n{} mistakes. XOR and Fashion-MNIST learn as without them, or have nothing of them, in {}.\n",
             all, all - seen);
  fmt::print(
      "Caught by the loss curve {}, finite differences {}, the check at step 1 {}, at later steps {}, "
      "the sanitizers {}, the compiler {}; by the suite, where no check did, {}.\n",
      seen, caught["finite_differences"].get<int>(), caught["step_1"].get<int>(),
      caught["later_steps"].get<int>(), caught["sanitizer"].get<int>(), caught["compiler"].get<int>(),
      caught["suite"].get<int>());
  fmt::print("Diagnosis: right {}, wrong {}, unexplained {}, no mark {}.\n", diagnosed["right"].get<int>(),
             diagnosed["wrong"].get<int>(), diagnosed["unexplained"].get<int>(),
             diagnosed["no_mark"].get<int>());
  for (const auto& [part, weakenings] : counts["weak_checks"].items()) {
    fmt::print("Catches that vanish on {}:", part == "layer" ? "single layers" : "small networks");
    const char* separator = " with ";
    for (const auto& [weakening, count] : weakenings.items()) {
      std::string words = weakening;
      std::replace(words.begin(), words.end(), '_', ' ');
      fmt::print("{}{} {} of {}", separator, words, count["vanished"].size(), count["caught"].get<int>());
      separator = ", ";
    }
    fmt::print(".\n");
  }
}

// A line for each cause, of the first network or example on which it is named.
void print_diagnosis(const MutantResult& mutant, const std::string& title) {
  fmt::print("\n{}: {}\n", mutant.mutant.name, mutant.mutant.mistake);
  std::map<std::string, std::vector<Json>> by_cause;
  for (const Json& finding : mutant.trial.diagnosis) by_cause[finding["cause"]].push_back(finding);
  for (const auto& [cause, findings] : by_cause) {
    const Json& first = findings.front();
    fmt::print("{} {}: {}{}\n", title, first["network"].get<std::string>(), first["text"].get<std::string>(),
               findings.size() == 1 ? "" : fmt::format(" ({} findings like this)", findings.size()));
  }
  for (const std::string& test : mutant.failed_tests) fmt::print("Suite: {} fails\n", test);
}

int run(const MutantsArguments& options) {
  if (options.workers < 1)
    throw UsageError(fmt::format("--workers is {}", options.workers), {}, "give 1 or more");
  MutantsOptions study{choose_mutants(options.names, options.quick), options.quick, options.workers};
  if (options.list) return list(study.mutants);
  JsonOutput output(options.json);

  const BusyThreads busy;
  Progress progress("mutants");
  const MutantsResult result =
      run_mutants(study, [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  progress.wipe();
  fmt::print("{}", table_of(result, options.quick).terminal());
  for (const MutantResult& mutant : result.mutants) {
    if (mutant.survives())
      fmt::print("{} {}: {}\n", coloured("Survives:", Colour::bad), mutant.mutant.name,
                 mutant.mutant.mistake);
    if (mutant.diagnosed == Diagnosed::wrong)
      print_diagnosis(mutant, coloured("Wrong diagnosis:", Colour::bad));
    else if (!options.names.empty())
      print_diagnosis(mutant, "Diagnosis:");
  }

  const Json findings = result_json(result);
  print_counts(findings["counts"]);
  Json json = json_header("mutants", options_json(study), 1, busy);
  json.update(findings);
  output.write(json);
  const bool wrong = options.quick && findings["counts"]["diagnosed"]["right"] != study.mutants.size();
  return findings["counts"]["survivors"] == 0 && !wrong ? 0 : 1;
}

}  // namespace

void add_mutants(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "mutants", "Make the classic mistakes on purpose, and see who notices; exit code 1 when nobody does");
  auto options = std::make_shared<MutantsArguments>();
  command->add_option("names", options->names, "The mutants, by name or by stem (all, when none is named)");
  command->add_flag("--list", options->list, "Only list them, once it is seen that each applies");
  command->add_flag("--quick", options->quick,
                    "A self-test on a few of them: exit code 1 also unless every diagnosis is right");
  command->add_option("--workers", options->workers, "How many to build and try at a time")
      ->option_text(fmt::format("N [{}]", options->workers));
  command->add_option("--json", options->json, "Write the results as JSON too")->option_text("FILE");
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
