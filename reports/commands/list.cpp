// twin list: the networks, and what they would run on.
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/json.hpp"
#include "shared/catalogue.hpp"
#include "shared/machine/fingerprint.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

int run(const CommonOptions& options) {
  JsonOutput output(options.json);
  use_threads(options.threads, backends());
  const BusyThreads busy;

  Table networks(
      {"network", "what", ">parameters", "layers", "dataset", ">epochs", ">batch", ">lr", ">momentum"});
  Json list = Json::array();
  for (const CatalogueEntry& entry : catalogue()) {
    const SgdSpec& optimizer = sgd(entry.spec);
    const std::string batch = entry.batch_size ? std::to_string(entry.batch_size) : "all";
    networks.add({entry.name, entry.title, fmt::format("{}", parameter_count(entry.spec)),
                  widths_of(entry.spec), entry.dataset, std::to_string(entry.epochs), batch,
                  fmt::format("{}", optimizer.lr), fmt::format("{}", optimizer.momentum)});
    list.push_back({{"network", entry.name},
                    {"title", entry.title},
                    {"parameters", parameter_count(entry.spec)},
                    {"layers", widths_of(entry.spec)},
                    {"dataset", entry.dataset},
                    {"dtypes", {"float32", "float64"}},
                    {"epochs", entry.epochs},
                    {"batch", entry.batch_size},
                    {"optimizer", "sgd"},
                    {"lr", optimizer.lr},
                    {"momentum", optimizer.momentum},
                    {"seed", entry.seed}});
  }
  fmt::print("{}\n", networks.terminal());

  Table twins_table({"twin", "built on", "devices", "dtypes", ">threads"});
  Json devices;
  for (const Backend* backend : backends()) {
    const bool cuda = backend->available(Device::cuda);
    devices[std::string(backend->name())] = cuda ? Json{"cpu", "cuda"} : Json{"cpu"};
    twins_table.add({std::string(backend->name()), backend->description(), cuda ? "cpu, cuda" : "cpu",
                     "float32, float64", std::to_string(backend->threads())});
  }
  fmt::print("{}\n", twins_table.terminal());
  const Fingerprint machine = fingerprint();
  fmt::print("{}, {} processors, {:.0f} GiB; {}; {}, {}; BLAS on {} thread{}\n", machine.processor,
             machine.processors, static_cast<double>(machine.memory_bytes) / (1 << 30), machine.system,
             machine.compiler, machine.build, thread_counts({}).front().second,
             options.threads == 1 ? "" : "s");

  Json json = json_header("list", {}, options.threads, busy);
  json["networks"] = std::move(list);
  json["devices"] = std::move(devices);
  output.write(json);
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("list", "List the networks, the twins and the machine");
  auto options = std::make_shared<CommonOptions>();
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
