#include "reports/runs/benching.hpp"

#include <fmt/format.h>
#include <map>
#include <sstream>

namespace twin::reports {
namespace {

// "train_step/mlp-64/batch:32/float32/cpu/manual/…" in its parts.
Timing parse_name(const std::string& name) {
  std::istringstream stream(name);
  std::string step, batch;
  Timing timing;
  std::getline(stream, step, '/');
  std::getline(stream, timing.subject, '/');
  std::getline(stream, batch, '/');
  std::getline(stream, timing.dtype, '/');
  std::getline(stream, timing.device, '/');
  std::getline(stream, timing.backend, '/');
  timing.batch = std::stoll(batch.substr(batch.find(':') + 1));
  return timing;
}

}  // namespace

Json run_benching(const bench::Options& options,
                  const std::function<void(std::int64_t, std::int64_t)>& on_run) {
  return Json::parse(bench::run(options, on_run));
}

std::vector<Timing> timings(const Json& benchmarks) {
  std::map<std::string, double> spreads;
  for (const Json& row : benchmarks.at("benchmarks"))
    if (row.value("aggregate_name", "") == "cv") spreads[row.at("run_name")] = row.at("real_time");
  std::map<std::int64_t, Timing> result;  // reported in random order, read in that of registration
  for (const Json& row : benchmarks.at("benchmarks")) {
    if (row.value("aggregate_name", "") != "median") continue;
    Timing timing = parse_name(row.at("run_name"));
    timing.median_us = row.at("real_time");
    timing.busy = row.at("cpu_time").get<double>() / timing.median_us;
    timing.spread = spreads[row.at("run_name")];
    timing.samples_per_second = row.at("samples/s");
    timing.gflops = row.at("GFLOP/s");
    result[row.at("family_index").get<std::int64_t>()] = timing;
  }
  std::vector<Timing> in_order;
  for (const auto& [index, timing] : result) in_order.push_back(timing);
  return in_order;
}

}  // namespace twin::reports
