// twin list: the networks, what they are made of, and what they would run on.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/json.hpp"
#include "reports/runs/benching.hpp"
#include "reports/runs/kernels.hpp"
#include "reports/runs/training.hpp"
#include "shared/catalogue.hpp"
#include "shared/machine/fingerprint.hpp"
#include "shared/stems.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct ListArguments : CommonOptions {
  bool stems = false;
};

Json list_networks() {
  Table table({"network", "what", ">parameters", "layers", "dataset", ">epochs", ">batch", "update"});
  Json list = Json::array();
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string batch = entry.batch_size ? std::to_string(entry.batch_size) : "all";
    table.add({entry.name, entry.title, fmt::format("{}", parameter_count(entry.spec)), widths_of(entry.spec),
               entry.dataset, std::to_string(entry.epochs), batch, update_text(entry.spec)});
    list.push_back({{"network", entry.name},
                    {"title", entry.title},
                    {"parameters", parameter_count(entry.spec)},
                    {"layers", widths_of(entry.spec)},
                    {"dataset", entry.dataset},
                    {"dtypes", {"float32", "float64"}},
                    {"epochs", entry.epochs},
                    {"batch", entry.batch_size},
                    {"initialiser", name_of(entry.spec.initialiser)},
                    {"seed", entry.seed}});
    list.back().update(update_json(entry.spec));
  }
  fmt::print("{}\n", table.terminal());
  return list;
}

// How many of the examples a side does, and what it lacks for the others.
struct Ability {
  std::size_t examples = 0;
  std::set<std::string> lacks;
};

Ability ability(const Backend& side, const Stem& stem) {
  Ability result;
  for (const Example& example : stem.examples) {
    std::string lack = side.lacks(example.spec);
    if (lack.empty())
      ++result.examples;
    else
      result.lacks.insert(std::move(lack));
  }
  return result;
}

Cell ability_cell(const Ability& ability, std::size_t examples) {
  if (ability.examples == examples) return {"yes", Colour::good};
  if (ability.examples == 0) return {"–", Colour::faint};
  return fmt::format("{} of {}", ability.examples, examples);
}

Json list_stems() {
  const std::vector<const Backend*> sides = bench_backends();
  std::vector<std::string> headers{"kind", "stem", ">examples", ">parameters"};
  for (const Backend* side : sides) headers.emplace_back(side->name());
  Table table(headers);
  Json list = Json::array();
  std::map<std::string, std::set<std::string>> lacks;  // by side
  for (const Stem& stem : stems()) {
    const std::int64_t parameters = parameter_count(stem.examples.front().spec);
    std::vector<Cell> row{stem.kind, stem.name, std::to_string(stem.examples.size()),
                          std::to_string(parameters)};
    Json examples = Json::array(), does = Json::object(), lacking = Json::object();
    for (const Example& example : stem.examples) examples.push_back(example.name);
    for (const Backend* side : sides) {
      const std::string name(side->name());
      const Ability able = ability(*side, stem);
      row.push_back(ability_cell(able, stem.examples.size()));
      does[name] = able.examples;
      if (!able.lacks.empty()) lacking[name] = able.lacks;
      lacks[name].insert(able.lacks.begin(), able.lacks.end());
    }
    table.add(std::move(row));
    list.push_back({{"kind", stem.kind},
                    {"stem", stem.name},
                    {"examples", std::move(examples)},
                    {"parameters", parameters},
                    {"sides", std::move(does)},
                    {"lacks", std::move(lacking)}});
  }
  fmt::print("{}\nParameters are those of the first example.\n", table.terminal());
  for (const auto& [side, what] : lacks)
    if (!what.empty()) fmt::print("{} lacks {}\n", side, fmt::join(what, "; "));
  return list;
}

Json list_twins() {
  Table twins_table({"twin", "built on", "devices", "dtypes", ">threads"});
  Json devices;
  for (const Backend* backend : backends()) {
    const bool cuda = backend->available(Device::cuda);
    devices[std::string(backend->name())] = cuda ? Json{"cpu", "cuda"} : Json{"cpu"};
    twins_table.add({std::string(backend->name()), backend->description(), cuda ? "cpu, cuda" : "cpu",
                     "float32, float64", std::to_string(backend->threads())});
  }
  fmt::print("{}\n", twins_table.terminal());
  return devices;
}

void print_machine(int threads) {
  const Fingerprint machine = fingerprint();
  fmt::print("{}, {} processors, {:.0f} GiB{}{}; {}; {}, {}; BLAS on {} thread{}\n", machine.processor,
             machine.processors, static_cast<double>(machine.memory_bytes) / (1 << 30),
             machine.gpus.empty() ? "" : ", ", fmt::join(machine.gpus, ", "), machine.system,
             machine.compiler, machine.build, thread_counts({}).front().second, threads == 1 ? "" : "s");
}

Json list_kernels() {
  Json kernels = measured_kernels();
  if (const std::string mended = kernels_mended(kernels, Language::english); !mended.empty())
    fmt::print("{}\n", mended);
  for (const std::string& warning : kernel_warnings(kernels, Language::english))
    fmt::print("warning: {}\n", warning);
  return kernels;
}

int run(const ListArguments& options) {
  JsonOutput output(options.json);
  use_threads(options.threads, backends());
  const BusyThreads busy;
  Json lists;
  if (options.stems) {
    lists["stems"] = list_stems();
  } else {
    lists["networks"] = list_networks();
    lists["devices"] = list_twins();
    print_machine(options.threads);
    lists["kernels"] = list_kernels();
  }
  Json json = json_header("list", {{"stems", options.stems}}, options.threads, busy);
  json.update(lists);
  output.write(json);
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("list", "List the networks, the twins and the machine");
  auto options = std::make_shared<ListArguments>();
  command->add_flag(
      "--stems", options->stems,
      "List every layer, loss, optimiser, schedule and clipping instead, and which sides do it");
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
