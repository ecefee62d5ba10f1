// twin check: is the manual backward pass right, in a network, and in each stem by itself?
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <map>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/runs/checking.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct CheckArguments : CommonOptions {
  std::vector<std::string> names;
  CheckingOptions checking;
  bool verbose = false;
};

Cell verdict_cell(Verdict verdict) {
  const Colour colour = verdict == Verdict::pass   ? Colour::good
                        : verdict == Verdict::fail ? Colour::bad
                                                   : Colour::faint;
  return {std::string(to_string(verdict)), colour};
}

// Rows of one quantity that one oracle judges: the worst speaks for all.
struct Group {
  std::size_t rows = 0;
  const CheckRow* worst = nullptr;
  Verdict verdict = Verdict::pass;
};

bool worse(const CheckRow& a, const CheckRow& b) { return a.gap.max_abs * b.bound > b.gap.max_abs * a.bound; }

Table summary(const NetworkCheck& check) {
  Table table({"quantity", "judged", "by", ">tensors × steps", "worst", ">gap", ">relative", ">bound",
               ">gap/bound", ">not certified", "verdict"});
  std::vector<std::pair<std::string, Group>> groups;
  for (const CheckRow& row : check.rows) {
    const std::string key = row.quantity + row.twin + row.oracle;
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == key; });
    if (found == groups.end()) found = groups.insert(groups.end(), {key, {}});
    Group& group = found->second;
    ++group.rows;
    if (!group.worst || row.failed() || worse(row, *group.worst)) group.worst = &row;
    if (group.verdict != Verdict::fail && row.verdict != Verdict::pass) group.verdict = row.verdict;
  }
  for (const auto& [key, group] : groups) {
    const CheckRow& row = *group.worst;
    table.add({row.quantity, row.twin, row.oracle, std::to_string(group.rows),
               row.tensor == row.quantity ? "" : row.tensor, fmt::format("{:.2g}", row.gap.max_abs),
               fmt::format("{:.2g}", row.gap.max_rel()), fmt::format("{:.2g}", row.bound),
               fmt::format("{:.2g}", row.share()), fmt::format("{:.0f} %", 100 * row.unchecked_share),
               verdict_cell(group.verdict)});
  }
  return table;
}

// A line for each example, its dtypes together.
Table examples_table(const std::vector<NetworkCheck>& checks) {
  struct Line {
    std::map<Verdict, int> counts;
    DType dtype{};  // of the worst
    const CheckRow* worst = nullptr;
  };
  std::vector<std::pair<std::string, Line>> lines;
  for (const NetworkCheck& check : checks) {
    if (!check.is_example) continue;
    if (lines.empty() || lines.back().first != check.network) lines.emplace_back(check.network, Line{});
    Line& line = lines.back().second;
    for (const CheckRow& row : check.rows) {
      ++line.counts[row.verdict];
      const auto rank = [](const CheckRow& r) { return std::pair(r.failed(), r.share()); };
      if (line.worst && rank(row) <= rank(*line.worst)) continue;
      line.dtype = check.dtype;
      line.worst = &row;
    }
  }
  Table table(
      {"example", ">passed", ">failed", ">unchecked", ">at a kink", "worst", ">gap/bound", "verdict"});
  for (auto& [name, line] : lines) {
    const CheckRow& worst = *line.worst;
    const Verdict verdict = line.counts[Verdict::fail] > 0   ? Verdict::fail
                            : line.counts[Verdict::pass] > 0 ? Verdict::pass
                                                             : worst.verdict;
    table.add({name, std::to_string(line.counts[Verdict::pass]), std::to_string(line.counts[Verdict::fail]),
               std::to_string(line.counts[Verdict::unchecked]), std::to_string(line.counts[Verdict::kink]),
               fmt::format("{} {} {} by {}", to_string(line.dtype), worst.quantity,
                           worst.tensor == worst.quantity ? "" : worst.tensor, worst.oracle),
               fmt::format("{:.2g}", worst.share()), verdict_cell(verdict)});
  }
  return table;
}

constexpr std::size_t kFailuresShown = 8;

Table details(const NetworkCheck& check, bool failures_only, std::size_t most) {
  Table table({"judged", "by", "quantity", "tensor", ">step", ">element", ">value", ">expected", ">gap",
               ">relative", ">bound", "verdict"});
  for (const CheckRow& row : check.rows) {
    if (failures_only && !row.failed()) continue;
    if (most-- == 0) break;
    table.add({row.twin, row.oracle, row.quantity, row.tensor, std::to_string(row.step),
               std::to_string(row.gap.index), fmt::format("{:.9g}", row.gap.actual),
               fmt::format("{:.9g}", row.gap.reference), fmt::format("{:.2g}", row.gap.max_abs),
               fmt::format("{:.2g}", row.gap.max_rel()), fmt::format("{:.2g}", row.bound),
               verdict_cell(row.verdict)});
  }
  return table;
}

std::string share_text(double share) { return share > 0 ? fmt::format("{:.1g}", share) : "0"; }

// Of what autograd judges at the first step of a network, each tensor on a line, both dtypes side by side.
Table tightness_table(const std::vector<NetworkCheck>& checks) {
  std::vector<std::string> headers{"network", "quantity", "tensor"};
  std::vector<DType> dtypes;
  for (const NetworkCheck& check : checks)
    if (std::find(dtypes.begin(), dtypes.end(), check.dtype) == dtypes.end()) dtypes.push_back(check.dtype);
  for (const DType dtype : dtypes) {
    headers.push_back(fmt::format(">{}: gap/bound", to_string(dtype)));
    headers.push_back(">gap/derived bound");
  }
  Table table(headers);
  std::vector<std::pair<std::string, std::vector<Cell>>> lines;
  for (const NetworkCheck& check : checks) {
    if (check.is_example) continue;
    for (const Tightness& t : tightness(check)) {
      const bool first_step =
          t.quantity == "loss" || t.quantity == "gradient" || t.quantity == "input_gradient";
      if (t.oracle != "autograd" || !first_step) continue;
      const std::string key = t.network + t.quantity + t.tensor;
      auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.first == key; });
      if (line == lines.end())
        line =
            lines.insert(lines.end(), {key, {t.network, t.quantity, t.tensor == t.quantity ? "" : t.tensor}});
      line->second.push_back(share_text(t.largest_share));
      line->second.push_back(share_text(t.largest_derived_share));
    }
  }
  for (auto& [key, cells] : lines) table.add(std::move(cells));
  return table;
}

Table histogram_table(const std::vector<NetworkCheck>& checks) {
  Table table({"gap/bound", ">float64", ">float32"});
  const ShareHistogram wide = share_histogram(checks, DType::float64);
  const ShareHistogram narrow = share_histogram(checks, DType::float32);
  for (std::size_t decade = 0; decade < wide.counts.size(); ++decade)
    table.add(
        {decade_name(decade), std::to_string(wide.counts[decade]), std::to_string(narrow.counts[decade])});
  return table;
}

int run(CheckArguments& options) {
  CheckingOptions& checking = options.checking;
  checking.named = options.names.empty() ? Named{catalogue(), stems()} : find_named(options.names);
  if (checking.dtypes.empty()) checking.dtypes = {DType::float64, DType::float32};
  checking.data = options.data;
  checking.threads = options.threads;
  JsonOutput output(options.json);
  use_threads(options.threads, backends());

  const BusyThreads busy;
  Progress progress("checking");
  const std::vector<NetworkCheck> checks =
      run_checking(checking, [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  progress.wipe();
  for (const NetworkCheck& check : checks) {
    if (check.is_example && !options.verbose) continue;
    fmt::print("{}\n",
               coloured(fmt::format("{}, {}", check.network, to_string(check.dtype)), Colour::strong));
    fmt::print("{}\n", options.verbose ? details(check, false, check.rows.size()).terminal()
                                       : summary(check).terminal());
  }
  if (const Table examples = examples_table(checks); !examples.empty())
    fmt::print("{}\n", examples.terminal());
  fmt::print("{}\n", coloured("How tight the bounds are", Colour::strong));
  if (const Table tight = tightness_table(checks); !tight.empty()) fmt::print("{}\n", tight.terminal());
  fmt::print("{}\n", histogram_table(checks).terminal());
  for (const NetworkCheck& check : checks) {
    const auto failures = static_cast<std::size_t>(
        std::count_if(check.rows.begin(), check.rows.end(), std::mem_fn(&CheckRow::failed)));
    if (failures == 0) continue;
    const std::size_t shown = options.verbose ? failures : std::min(failures, kFailuresShown);
    fmt::print(
        "{}\n{}",
        coloured(fmt::format("Mismatches in {}, {}", check.network, to_string(check.dtype)), Colour::bad),
        details(check, true, shown).terminal());
    if (shown < failures) fmt::print("… and {} more: --verbose shows them\n", failures - shown);
    if (!check.culprit.empty()) fmt::print("{}\n", check.culprit);
    for (const Finding& finding : check.findings) fmt::print("{}\n", coloured(finding.text, Colour::strong));
    fmt::print("\n");
  }

  const Json result = result_json(checks, checking.device);
  fmt::print("{} passed, {} failed, {} unchecked, {} at a kink\n", result["passed"].get<int>(),
             result["failed"].get<int>(), result["unchecked"].get<int>(), result["kinks"].get<int>());
  Json json = json_header("check", options_json(checking), options.threads, busy);
  json.update(result);
  output.write(json);
  return all_passed(checks) ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("check", "Check every gradient: manual against autograd against finite differences");
  auto options = std::make_shared<CheckArguments>();
  command->add_option("names", options->names,
                      "Networks, and layers, losses, optimisers, schedules and clippings, whose examples are "
                      "checked (all, when none is named)");
  add_device(*command, options->checking.device);
  add_dtypes(*command, options->checking.dtypes);
  command->add_option("--steps", options->checking.steps, "Training steps to check")->option_text("N [3]");
  add_seed(*command, options->checking.seed, "Seed of the weights, the masks and the probes");
  command->add_flag("--verbose", options->verbose, "Every tensor on a line of its own");
  add_data(*command, *options);
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
