#include "bench/train_step.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sstream>

#include "shared/data/batches.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::bench {
namespace {

constexpr Seed kSeed = 1;

void train_step(benchmark::State& state, const Subject& subject, const Backend& backend, Device device,
                DType dtype) {
  const std::unique_ptr<Network> network = backend.build(subject.spec, dtype, device);
  network->load_parameters(initial_parameters(subject.spec, dtype, kSeed));
  const OwnedBatch batch = random_batch(subject.spec, subject.batch, dtype, kSeed);
  const Batch view = batch.view();
  network->train_step(view);  // the first step makes room for everything
  for (auto _ : state) benchmark::DoNotOptimize(network->train_step(view));
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["samples/s"] =
      benchmark::Counter(iterations * static_cast<double>(subject.batch), benchmark::Counter::kIsRate);
  state.counters["GFLOP/s"] = benchmark::Counter(
      iterations * training_step_flops(subject.spec, subject.batch) / 1e9, benchmark::Counter::kIsRate);
}

}  // namespace

std::vector<Subject> width_grid(const std::vector<std::int64_t>& widths,
                                const std::vector<std::int64_t>& batches) {
  std::vector<Subject> subjects;
  for (const std::int64_t width : widths)
    for (const std::int64_t batch : batches)
      subjects.push_back(
          {fmt::format("mlp-{}", width),
           mlp({width, width, width, width}, MseLossSpec{}, SgdSpec{.lr = 0.01}, XavierUniformInitialiser{}),
           batch});
  return subjects;
}

std::string run(const Options& options, const std::function<void(std::int64_t, std::int64_t)>& on_run) {
  std::vector<std::string> arguments{"twin", "--benchmark_enable_random_interleaving=true"};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  int argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());

  std::int64_t done = 0, total = 0;
  benchmark::ClearRegisteredBenchmarks();
  for (const Subject& subject : options.subjects) {
    for (const DType dtype : options.dtypes) {
      for (const Device device : options.devices) {
        for (const Backend* backend : options.backends) {
          if (!backend->available(device)) continue;
          const std::string name = fmt::format("train_step/{}/batch:{}/{}/{}/{}", subject.name, subject.batch,
                                               to_string(dtype), to_string(device), backend->name());
          // Google Benchmark calls each a few times to find the iterations that fill min_seconds.
          constexpr int kTrials = 3;
          total += options.repetitions + kTrials;
          benchmark::RegisterBenchmark(name.c_str(),
                                       [&, backend, device, dtype](benchmark::State& state) {
                                         on_run(std::min(done++, total), total);
                                         train_step(state, subject, *backend, device, dtype);
                                       })
              ->UseRealTime()
              ->MeasureProcessCPUTime()
              ->Unit(benchmark::kMicrosecond)
              ->MinTime(options.min_seconds)
              ->Repetitions(options.repetitions);
        }
      }
    }
  }

  std::ostringstream json, errors;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&json);
  reporter.SetErrorStream(&errors);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  return json.str();
}

}  // namespace twin::bench
