#include "reports/runs/stem_facts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "reports/questions/kept_mutants.hpp"
#include "reports/runs/benching.hpp"
#include "reports/runs/checking.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/mutants.hpp"
#include "reports/runs/sources.hpp"
#include "shared/formats/files.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace stem_facts_run {

namespace fs = std::filesystem;

constexpr std::string_view kLarge = "several_hundred";  // how the names of examples for benchmarks begin

const Example& large_example(const Stem& stem) {
  const auto found = std::find_if(stem.examples.begin(), stem.examples.end(),
                                  [](const Example& example) { return example.name.starts_with(kLarge); });
  return found == stem.examples.end() ? stem.examples.front() : *found;
}

// "tanh/odd" of "tanh".
bool belongs_to(std::string_view example, const Stem& stem) {
  return example.size() > stem.name.size() && example.starts_with(stem.name) &&
         example[stem.name.size()] == '/';
}

void add_checks(const Stem& stem, const std::vector<NetworkCheck>& checks, Json& facts) {
  std::map<Verdict, int> counts;
  std::map<std::string, double> shares;
  for (const NetworkCheck& check : checks) {
    if (!belongs_to(check.network, stem)) continue;
    double& share = shares[std::string(to_string(check.dtype))];
    for (const CheckRow& row : check.rows) {
      ++counts[row.verdict];
      if (row.verdict == Verdict::pass && row.twin == "manual" && row.oracle == "autograd")
        share = std::max(share, row.share());
    }
  }
  facts["passed"] = counts[Verdict::pass];
  facts["failed"] = counts[Verdict::fail];
  facts["unchecked"] = counts[Verdict::unchecked];
  facts["kinks"] = counts[Verdict::kink];
  facts["share"] = shares;
}

void add_speed(const Stem& stem, const std::vector<Timing>& timings, Json& facts) {
  facts["speed"] = Json::array();
  for (const Timing& timing : timings) {
    if (timing.side != "autograd" || !belongs_to(timing.subject, stem)) continue;
    const auto by_hand = std::find_if(timings.begin(), timings.end(), [&](const Timing& other) {
      return other.side == "manual" && other.subject == timing.subject;
    });
    facts["speed"].push_back({{"example", timing.subject.substr(stem.name.size() + 1)},
                              {"batch", timing.batch},
                              {"us", by_hand->us.median},
                              {"ratio", timing.ratio},
                              {"low", timing.ratio_low},
                              {"high", timing.ratio_high}});
  }
}

int tests_in(const fs::path& file) {
  if (!fs::exists(file)) return 0;
  int count = 0;
  for (const std::string& line : lines_of(read_file(file)))
    for (const char* macro : {"TEST(", "TEST_F(", "TEST_P(", "TYPED_TEST("}) count += line.starts_with(macro);
  return count;
}

// A file's comment at its head, without the slashes; and its code below "#pragma once".
std::pair<std::string, std::string> head_and_code(const fs::path& file) {
  std::string head, code;
  bool in_head = true;
  for (const std::string& line : lines_of(read_file(file))) {
    if (in_head && line.starts_with("//"))
      head += (line.size() > 3 ? line.substr(3) : "") + "\n";
    else if (in_head && line.starts_with("#pragma once"))
      in_head = false;
    else if (!in_head)
      code += line + "\n";
  }
  code.erase(0, code.find_first_not_of('\n'));
  return {head, code};
}

Json mutants_of(const Stem& stem, const std::vector<Mutant>& mutants, const Json& study) {
  Json all = Json::array();
  for (const Mutant& mutant : mutants) {
    if (mutant.stem != stem.name) continue;
    Json row{{"name", mutant.name},         {"mistake", mutant.mistake}, {"right", mutant.right},
             {"held_out", mutant.held_out}, {"caught", nullptr},         {"diagnosed", nullptr}};
    for (const Json& studied : study.at("mutants"))
      if (studied.at("name").get<std::string>() == mutant.name) {
        row["caught"] = !studied.at("survives").get<bool>();
        row["diagnosed"] = studied.at("diagnosed");
      }
    all.push_back(std::move(row));
  }
  return all;
}

// One example of each in a quick run, and two to be timed otherwise.
std::vector<Stem> to_check(bool quick) {
  std::vector<Stem> all = stems();
  if (quick)
    for (Stem& stem : all) stem.examples.resize(1);
  return all;
}

std::vector<std::string> to_time(bool quick) {
  std::vector<std::string> names;
  for (const Stem& stem : stems()) {
    const Example& large = large_example(stem);
    if (!quick && stem.examples.front().name != large.name)
      names.push_back(name_of(stem, stem.examples.front()));
    names.push_back(name_of(stem, large));
  }
  return names;
}

}  // namespace stem_facts_run

Json stem_facts(const Measuring& measuring) {
  using namespace stem_facts_run;
  CheckingOptions checking;
  checking.named.stems = to_check(measuring.quick);
  checking.dtypes = {DType::float64, DType::float32};
  checking.steps = measuring.quick ? 1 : 3;
  checking.threads = measuring.threads;
  const std::vector<NetworkCheck> checks = run_checking(checking, measuring.on_progress);

  std::vector<std::string> words = to_time(measuring.quick);
  words.insert(words.end(), {"--quick", "--dtype=float32", "--device=cpu"});
  const std::vector<Timing> times = timings(run_benching_apart(words, {1}));

  const fs::path root = source_tree();
  const Json lines = count_lines(root), study = kept_mutants();
  const std::vector<Mutant> mutants = all_mutants();
  Json all = Json::array();
  for (const Stem& stem : stems()) {
    Json facts{{"stem", stem.name}, {"kind", stem.kind}, {"examples", stem.examples.size()}};
    facts["tests"] = tests_in(root / fmt::format("tests/{}/{}_test.cpp", stem.kind, stem.name));
    add_checks(stem, checks, facts);
    add_speed(stem, times, facts);
    facts["lines"] = {{"manual", nullptr}, {"autograd", nullptr}};
    for (const Json& part : lines.at("parts"))
      if (part.at("part").get<std::string>() == fmt::format("{}/{}", stem.kind, stem.name))
        for (const char* side : {"manual", "autograd"})
          facts["lines"][side] = part.at(side).is_null() ? Json() : part.at(side).at("code");
    facts["mutants"] = mutants_of(stem, mutants, study);
    const auto [head, code] = head_and_code(root / fmt::format("manual/{}/{}.hpp", stem.kind, stem.name));
    facts["formulas"] = head;
    facts["manual"] = code;
    facts["autograd"] = head_and_code(root / fmt::format("autograd/{}/{}.hpp", stem.kind, stem.name)).second;
    all.push_back(std::move(facts));
  }
  return {{"stems", std::move(all)}};
}

}  // namespace twin::reports
