#include "reports/runs/mutants/trial.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "reports/runs/mutants/rule_trials.hpp"
#include "reports/runs/sources.hpp"
#include "shared/catalogue.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kRates{"0.5", "1", "2", "5"}, kQuickRates{"2"};
constexpr int kSeeds = 200, kQuickSeeds = 20;

// Networks of the catalogue whose training says something within seconds, and one of sizes that are distinct
// primes, which is made of the same stems as xor.
constexpr auto kNetworks = std::to_array<std::string_view>({"perceptron", "xor", "primes", "fashion-mlp"});
constexpr std::string_view kLarge = "fashion-mlp";

const Target kProbe{.name = "mutants_probe", .flags = "-O1"};
// Without optimisation, for it is compiled more often than it is run, and with Eigen's assertions. What the
// address sanitizer or these see as well takes a quarter of the time to compile: it is left out.
const Target kSanitized{
    .name = "mutants_sanitized",
    .flags =
        "-O0 -UNDEBUG -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr "
        "-fno-sanitize-recover=all -fno-omit-frame-pointer"};

// ---- What is tried

// "lstm" of manual/layers/lstm.hpp and of shared/layers/lstm.cpp; empty for what is of no stem, or of all.
std::string stem_of(const std::string& file) {
  const fs::path path(file);
  const Stem* stem = find_stem(path.stem().string());
  return stem && path.parent_path().filename() == stem->kind ? stem->name : "";
}

void add_stems(std::set<std::string_view>& all, const std::vector<LayerSpec>& layers) {
  for (const LayerSpec& layer : layers) {
    all.insert(stem_of(layer));
    std::visit(
        [&](const auto& kind) {
          if constexpr (requires { kind.children(); }) add_stems(all, kind.children());
        },
        layer.kind);
  }
}

std::set<std::string_view> stems_of(const NetworkSpec& spec) {
  std::set<std::string_view> all{name_of(spec.loss), name_of(spec.optimizer)};
  if (spec.schedule) all.insert(name_of(*spec.schedule));
  if (spec.clipping) all.insert(name_of(*spec.clipping));
  add_stems(all, spec.layers);
  return all;
}

// Whether the network computes anything by one of the files.
bool concerns(const FileContents& files, std::string_view network) {
  const std::set<std::string_view> stems = stems_of(find_network(network == "primes" ? "xor" : network).spec);
  return std::any_of(files.begin(), files.end(), [&](const auto& file) {
    const std::string stem = stem_of(file.first);
    return stem.empty() || stems.contains(stem);
  });
}

// ---- Trying

/// Runs the parts of the probe, and keeps what they say.
class Probe {
 public:
  Probe(fs::path program, Trial& trial) : program_(std::move(program)), trial_(trial) {}

  void check(const std::vector<std::string>& names) {
    const std::optional<Json> said = run("check", names);
    if (!said) {
      trial_.finite_differences = trial_.step_1 = true;
      return;
    }
    for (const Json& network : (*said)["networks"]) {
      const std::string of = network["network"];
      const bool differences = network["finite_differences"], first = network["step_1"],
                 later = network["later_steps"];
      if (differences || first || later) trial_.noticed_on.push_back(of);
      trial_.finite_differences = trial_.finite_differences || differences;
      trial_.step_1 = trial_.step_1 || first;
      trial_.later_steps = trial_.later_steps || later;
      for (const Json& error : network["errors"])
        trial_.ends.emplace_back("check " + of, error.get<std::string>());
      for (const Json& finding : network["diagnosis"])
        trial_.diagnosis.push_back({{"network", of},
                                    {"cause", finding["cause"]},
                                    {"tensor", finding["tensor"]},
                                    {"text", finding["text"]}});
    }
  }

  void check_weakly(const std::vector<std::string>& names) {
    if (const std::optional<Json> said = run("check-weakly", names))
      trial_.weak_checks = weak_checks_of((*said)["situations"]);
  }

  // Name by name: all stems at once would take longer than the probe allows itself.
  void try_other_rules(const std::vector<std::string>& names) {
    Json situations = Json::array();
    for (const std::string& name : names) {
      const std::optional<Json> said = run("other-rules", {name});
      if (!said) return;
      for (const Json& situation : (*said)["situations"]) situations.push_back(situation);
    }
    trial_.other_rules = mutant_by_rules(situations);
    trial_.right_by_rules = right_by_rules(situations);
  }

  void learn_xor(bool quick) {
    std::vector<std::string> words{std::to_string(quick ? kQuickSeeds : kSeeds)};
    for (const std::string& rate : quick ? kQuickRates : kRates) words.push_back(rate);
    const std::optional<Json> said = run("learn-xor", words);
    if (!said) return;
    for (const auto& [lr, learnt] : said->items()) {
      XorLearning& learning =
          trial_.xor_learning.emplace_back(XorLearning{lr, learnt["converged"], learnt["seeds"], {}});
      if (!learnt["median_epochs"].is_null()) learning.median_epochs = learnt["median_epochs"].get<int>();
    }
  }

  void learn_fashion() {
    if (const std::optional<Json> said = run("learn-fashion", {}))
      trial_.fashion = FashionLearning{(*said)["accuracy"], (*said)["finite"]};
  }

 private:
  // Nothing when the part has not come to its end.
  std::optional<Json> run(const char* part_name, const std::vector<std::string>& arguments) {
    std::vector<std::string> words{program_.string(), part_name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Finished part = run_program(words);
    // The last line alone is the probe's: a BLAS that is given sizes that do not fit prints them above.
    const std::vector<std::string> lines = lines_of(part.out);
    Json said = Json::parse(lines.empty() ? "" : lines.back(), nullptr, false);
    std::string end;
    if (part.code != 0 || said.is_discarded())
      end = end_of(part);
    else if (said.contains("error"))
      end = said["error"];
    if (end.empty()) return said;
    trial_.ends.emplace_back(part_name, end);
    return {};
  }

  fs::path program_;
  Trial& trial_;
};

void sanitize(const Workshop& workshop, const std::vector<std::string>& names, Trial& trial) {
  const Workshop::Program program = workshop.build(kSanitized);
  if (!program.error.empty()) {
    trial.ends.emplace_back("sanitizer", program.error);
    return;
  }
  std::vector<std::string> words{program.path.string()};
  words.insert(words.end(), names.begin(), names.end());
  const Finished sanitized = run_program(words);
  trial.sanitizer = sanitized.code != 0;
  if (trial.sanitizer) trial.ends.emplace_back("sanitizer", end_of(sanitized));
}

}  // namespace

TrialPlan plan_for(const std::string& stem, const FileContents& files, bool quick, bool pictures) {
  TrialPlan plan{.quick = quick};
  for (const std::string_view network : kNetworks)
    if (concerns(files, network) && !(quick && network == kLarge)) plan.names.emplace_back(network);
  if (find_stem(stem)) plan.names.push_back(stem);
  plan.learns_xor = concerns(files, "xor");
  plan.learns_fashion = !quick && pictures && concerns(files, kLarge);
  return plan;
}

TrialPlan plan_for_all(const std::vector<TrialPlan>& plans, bool quick, bool pictures) {
  TrialPlan all{.quick = quick, .learns_xor = true, .learns_fashion = !quick && pictures};
  std::set<std::string> names;
  for (const TrialPlan& plan : plans) names.insert(plan.names.begin(), plan.names.end());
  all.names.assign(names.begin(), names.end());
  return all;
}

std::vector<Target> probe_targets(bool quick) {
  if (quick) return {kProbe};
  return {kProbe, kSanitized};
}

Trial try_out(const Workshop& workshop, const TrialPlan& plan) {
  const auto start = std::chrono::steady_clock::now();
  Trial trial;
  const Workshop::Program program = workshop.build(kProbe);
  trial.compiles = program.error.empty();
  if (trial.compiles) {
    Probe probe(program.path, trial);
    probe.check(plan.names);
    probe.check_weakly(plan.names);
    probe.try_other_rules(plan.names);
    if (plan.learns_xor) probe.learn_xor(plan.quick);
    if (plan.learns_fashion) probe.learn_fashion();
    if (!plan.quick) sanitize(workshop, plan.names, trial);
  } else {
    trial.ends.emplace_back("compiler", program.error);
  }
  trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return trial;
}

Json json_of(const Trial& trial) {
  Json learnt = Json::object(), ends = Json::array();
  for (const XorLearning& learning : trial.xor_learning)
    learnt[learning.lr] = {
        {"converged", learning.converged},
        {"seeds", learning.seeds},
        {"median_epochs", learning.median_epochs ? Json(*learning.median_epochs) : Json()}};
  for (const auto& [part, end] : trial.ends) ends.push_back({{"part", part}, {"end", end}});
  return {{"compiles", trial.compiles},
          {"xor", std::move(learnt)},
          {"fashion", trial.fashion
                          ? Json{{"accuracy", trial.fashion->accuracy}, {"finite", trial.fashion->finite}}
                          : Json()},
          {"ended_early", std::move(ends)},
          {"noticed_on", trial.noticed_on},
          {"seconds", trial.seconds}};
}

}  // namespace twin::reports
