// twin bench: how long a training step takes, by hand and with autograd.
#include <algorithm>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/runs/benching.hpp"
#include "shared/catalogue.hpp"
#include "shared/errors.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct Options : CommonOptions {
  std::vector<std::string> networks;
  std::vector<DType> dtypes;
  std::optional<Device> device;
  bool quick = false;
};

bench::Options bench_options(const Options& options) {
  bench::Options result;
  const std::vector<CatalogueEntry>& all = catalogue();
  for (const CatalogueEntry& entry : all) {
    if (!options.networks.empty() &&
        std::find(options.networks.begin(), options.networks.end(), entry.name) == options.networks.end())
      continue;
    constexpr std::int64_t kTruthTable = 4;
    result.subjects.push_back({entry.name, entry.spec, entry.batch_size ? entry.batch_size : kTruthTable});
  }
  for (const std::string& name : options.networks) find_network(name);
  if (options.networks.empty())
    for (bench::Subject& subject :
         options.quick ? bench::width_grid({8, 64, 512}, {32})
                       : bench::width_grid({8, 16, 32, 64, 128, 256, 512, 1024, 2048}, {1, 32, 256}))
      result.subjects.push_back(std::move(subject));
  result.backends = backends();
  if (!options.dtypes.empty()) result.dtypes = options.dtypes;
  if (options.device) {
    device_of(*twins().autograd, *options.device);
    result.devices = {*options.device};
  } else if (twins().autograd->available(Device::cuda)) {
    result.devices = {Device::cpu, Device::cuda};
  } else {
    fmt::print("cuda: skipped, this LibTorch sees no CUDA device\n");
  }
  if (options.quick) {
    result.min_seconds = 0.02;
    result.repetitions = 3;
  }
  return result;
}

int run(const Options& options) {
  const bench::Options benching = bench_options(options);
  JsonOutput output(options.json);
  use_threads(options.threads, backends());
  const BusyThreads busy;
  Progress progress("timing");
  Json json =
      run_benching(benching, [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  progress.wipe();

  constexpr double kNoisy = 0.1;
  Table table({"network", ">batch", "dtype", "device", "twin", ">µs/step", ">spread", ">samples/s",
               ">GFLOP/s", ">busy threads"});
  for (const Timing& timing : timings(json))
    table.add(
        {timing.subject,
         std::to_string(timing.batch),
         timing.dtype,
         timing.device,
         timing.backend,
         fmt::format("{:.4g}", timing.median_us),
         {fmt::format("{:.1f} %", 100 * timing.spread), timing.spread > kNoisy ? Colour::bad : Colour::plain},
         fmt::format("{:.3g}", timing.samples_per_second),
         fmt::format("{:.3g}", timing.gflops),
         fmt::format("{:.2f}", timing.busy)});
  fmt::print("{}", table.terminal());

  const Json header = json_header("bench", {{"quick", options.quick}}, options.threads, busy);
  Json whole = header;
  whole.update(json);
  output.write(whole);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("bench", "Time a training step of both twins");
  auto options = std::make_shared<Options>();
  command->add_option("networks", options->networks,
                      "The networks (all and a grid of widths, when none is named)");
  command->add_flag("--quick", options->quick, "Fewer widths, shorter runs");
  command
      ->add_option_function<std::string>(
          "--device", [options](const std::string& name) { options->device = parse_device(name); },
          "Where the autograd twin computes")
      ->option_text("cpu|cuda [all there are]");
  add_dtypes(*command, options->dtypes);
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
