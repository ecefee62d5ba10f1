// Timing networks, and reading what Google Benchmark says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/train_step.hpp"
#include "reports/json.hpp"

namespace twin::reports {

/// Where a twin stands at one point of the grid.
struct Timing {
  std::string subject, dtype, device, backend;
  std::int64_t batch = 0;
  double median_us = 0;
  double spread = 0;  // coefficient of variation over the repetitions
  double busy = 0;    // processor time over wall time
  double samples_per_second = 0, gflops = 0;
};

/// Google Benchmark's JSON.
Json run_benching(const bench::Options& options,
                  const std::function<void(std::int64_t done, std::int64_t total)>& on_run);

/// The medians in it, in the order of Options::subjects.
std::vector<Timing> timings(const Json& benchmarks);

}  // namespace twin::reports
