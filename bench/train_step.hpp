// How long one training step takes, twin beside twin (Google Benchmark).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "shared/network.hpp"

namespace twin::bench {

/// One network to be timed at one batch size.
struct Subject {
  std::string name;  // "fashion-mlp", "mlp-64"
  NetworkSpec spec;
  std::int64_t batch;
};

/// MLPs of three layers of the same width, for each width and batch: "mlp-<width>".
std::vector<Subject> width_grid(const std::vector<std::int64_t>& widths,
                                const std::vector<std::int64_t>& batches);

struct Options {
  std::vector<Subject> subjects;
  std::vector<const Backend*> backends;
  std::vector<Device> devices{Device::cpu};
  std::vector<DType> dtypes{DType::float32};
  double min_seconds = 0.1;  // of each repetition
  int repetitions = 5;  // in random order, all benchmarks mixed, so that a slow minute hits no side alone
};

/// Runs every subject × backend × device the backend has × dtype and returns Google Benchmark's own JSON. A
/// benchmark is named train_step/<subject>/batch:<n>/<dtype>/<device>/<backend>; its counters are samples/s
/// and GFLOP/s (see training_step_flops()). on_run is called whenever a benchmark is about to run.
std::string run(const Options& options,
                const std::function<void(std::int64_t done, std::int64_t total)>& on_run);

}  // namespace twin::bench
