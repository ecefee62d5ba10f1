// twin bench: how long a training step takes, by hand and with autograd.
#include <algorithm>
#include <fmt/format.h>

#include "autograd/backend.hpp"
#include "bench/copy_rate.hpp"
#include "bench/peak.hpp"
#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/named.hpp"
#include "reports/page/words.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "reports/runs/kernels.hpp"
#include "reports/runs/peers.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct BenchArguments {
  std::vector<std::string> names;
  std::vector<DType> dtypes;
  std::optional<Device> device;
  std::vector<int> threads;
  std::filesystem::path json, libtorch;
  bool quick = false;
};

bench::Options bench_options(const BenchArguments& options, int threads) {
  bench::Options result;
  const auto add = [&](std::vector<bench::Subject> subjects) {
    std::move(subjects.begin(), subjects.end(), std::back_inserter(result.subjects));
  };
  const Named named = options.names.empty() ? Named{catalogue(), {}} : find_named(options.names);
  for (const CatalogueEntry& entry : named.networks) {
    constexpr std::int64_t kTruthTable = 4;
    add({{entry.name, entry.spec, entry.batch_size ? entry.batch_size : kTruthTable}});
  }
  for (const Stem& stem : named.stems) add(bench::subjects_of(stem));
  if (options.names.empty())
    add(options.quick ? bench::width_grid({8, 64, 512}, {32})
                      : bench::width_grid({8, 16, 32, 64, 128, 256, 512, 1024, 2048}, {1, 32, 256}));
  result.backends = bench_backends();
  result.dtypes = options.dtypes;
  result.threads = threads;
  if (options.device)
    result.devices = {*options.device};
  else if (twins().autograd->available(Device::cuda))
    result.devices = {Device::cpu, Device::cuda};
  if (options.quick) result.seconds = 0.3;
  return result;
}

std::vector<GuestProgram> guest_programs(const std::optional<SecondLibTorch>& second) {
  std::vector<GuestProgram> programs = python_peers();
  if (second)
    for (GuestProgram& program : guests_of_libtorch(*second)) programs.push_back(std::move(program));
  return programs;
}

void print(const Json& json) {
  Table table({"network", ">batch", "dtype", "device", ">threads", "side", ">µs/step", ">spread", ">GFLOP/s",
               ">busy", ">÷ manual", ">95 % interval", ""});
  for (const Timing& timing : timings(json))
    table.add(
        {timing.subject,
         std::to_string(timing.batch),
         timing.dtype,
         timing.device,
         std::to_string(timing.threads),
         timing.side,
         rounded(timing.us.median, 4),
         {fmt::format("{:.1f} %", 100 * timing.us.spread()), timing.noisy() ? Colour::bad : Colour::plain},
         fmt::format("{:.3g}", timing.gflops),
         fmt::format("{:.2f}", timing.busy),
         fmt::format("{:.3f}", timing.ratio),
         fmt::format("{:.3f} … {:.3f}", timing.ratio_low, timing.ratio_high),
         {!timing.valid()  ? "invalid: more threads than asked for"
          : timing.noisy() ? "noisy"
                           : "",
          Colour::bad}});
  fmt::print("{}", table.terminal());
  for (const Json& out : json.at("left_out")) {
    const Json& subjects = out.at("subjects");
    fmt::print("{} is left out of {}: it lacks {}\n", out.at("side").get<std::string>(),
               subjects.size() == 1 ? subjects.at(0).get<std::string>()
                                    : fmt::format("{} networks", subjects.size()),
               out.at("why").get<std::string>());
  }
  for (const Json& row : json.at("guests"))
    if (const std::string why = guest_reason(row, Language::english); !why.empty())
      fmt::print("{}, {}: {}\n", row.at("side").get<std::string>(),
                 threads_in_words(row.at("threads"), Language::english), why);
}

int run(const BenchArguments& options) {
  find_named(options.names);
  for (const int threads : options.threads) expect_threads(threads);
  if (options.device) device_of(*twins().autograd, *options.device);
  JsonOutput output(options.json);
  std::optional<SecondLibTorch> second;
  if (!options.libtorch.empty()) second = second_libtorch(options.libtorch);
  Json json;
  if (options.threads.size() == 1) {
    const int threads = options.threads.front();
    cap_thread_pools(threads);
    use_threads(threads, bench_backends());
    const BusyThreads busy;
    const bench::Options benching = bench_options(options, threads);
    const Guests guests =
        options.device == Device::cuda ? Guests{} : guests_of(guest_programs(second), threads);
    const Json measured = [&] {
      Progress progress(fmt::format("timing with {}", threads_in_words(threads, Language::english)));
      return run_benching(benching, guests,
                          [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
    }();
    json = json_header("bench", {{"quick", options.quick}}, threads, busy, 2);
    json.update(measured);
    json["kernels"] = measured_kernels();
    for (const DType dtype : options.dtypes)
      json["peak"][to_string(dtype)] = {{"flops_one", bench::peak_flops(dtype, 1)},
                                        {"flops_all", bench::peak_flops(dtype, available_processors())}};
    json["copy_bytes_per_second"] = bench::copy_rate();
    if (std::find(benching.devices.begin(), benching.devices.end(), Device::cuda) != benching.devices.end())
      json["cuda_product_flops"] = autograd::product_flops(DType::float32, Device::cuda);
  } else {
    std::vector<std::string> words = options.names;
    if (options.quick) words.push_back("--quick");
    for (const DType dtype : options.dtypes) words.push_back(fmt::format("--dtype={}", to_string(dtype)));
    if (options.device) words.push_back(fmt::format("--device={}", to_string(*options.device)));
    if (second) words.push_back(fmt::format("--libtorch={}", second->folder.string()));
    json = run_benching_apart(words, options.threads);
  }
  print(json);
  output.write(json);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("bench", "Time a training step by hand, with autograd, and in between");
  command->footer(
      "Sides: manual (written by hand), fixed (manual, in sizes known to the compiler), eigen (manual "
      "without\n"
      "BLAS), control (manual's mathematics on LibTorch's tensors, autograd off), autograd, tuned (autograd\n"
      "without modules, optimiser and zeroed gradients), products (the matrix products alone, by BLAS); in\n"
      "processes of their own, in float32: numpy and pytorch (in Python, where they are installed), and "
      "with\n"
      "--libtorch autograd-2 and, of a wheel, pytorch-2.");
  auto options = std::make_shared<BenchArguments>();
  command->add_option("names", options->names,
                      "Networks, and layers, losses, optimisers, schedules and clippings, whose examples are "
                      "timed (all networks and a grid of widths, when none is named)");
  command->add_flag("--quick", options->quick, "Fewer widths, shorter runs");
  command
      ->add_option_function<std::string>(
          "--device", [options](const std::string& name) { options->device = parse_device(name); },
          "Where the autograd twin computes")
      ->option_text("cpu|cuda [all there are]");
  add_dtypes(*command, options->dtypes);
  command->add_option("--threads", options->threads, "Threads of each run: one process for each number")
      ->delimiter(',')
      ->option_text("N[,N…] [1 and all processors]");
  add_libtorch(*command, options->libtorch);
  command->add_option("--json", options->json, "Write the results as JSON too")->option_text("FILE");
  command->callback([&action, options] {
    if (options->threads.empty()) options->threads = bench_threads();
    if (options->dtypes.empty()) options->dtypes = {DType::float32, DType::float64};
    action = [options] { return run(*options); };
  });
}

}  // namespace twin::reports
