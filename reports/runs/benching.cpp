#include "reports/runs/benching.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <sstream>

#include "autograd/backend.hpp"
#include "manual/backend.hpp"
#include "reports/page/words.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

// "train_step/mlp-64/batch:32/float32/cpu/threads:1/…" in its parts. A subject may have a '/' of its own.
Timing parse_name(const std::string& name) {
  const std::size_t subject = name.find('/') + 1, end = name.find("/batch:");
  std::istringstream stream(name.substr(end + 1));
  std::string batch, threads;
  Timing timing;
  timing.subject = name.substr(subject, end - subject);
  std::getline(stream, batch, '/');
  std::getline(stream, timing.dtype, '/');
  std::getline(stream, timing.device, '/');
  std::getline(stream, threads, '/');
  timing.batch = std::stoll(batch.substr(batch.find(':') + 1));
  timing.threads = std::stoi(threads.substr(threads.find(':') + 1));
  return timing;
}

// Google Benchmark sorts its counters by name.
std::size_t place_of(std::string_view side) {
  constexpr std::string_view kOrder[] = {"manual",   "fixed", "eigen",   "control",    "autograd", "tuned",
                                         "products", "numpy", "pytorch", "autograd-2", "pytorch-2"};
  const std::string_view name = side.substr(0, side.find('+'));
  return static_cast<std::size_t>(std::find(std::begin(kOrder), std::end(kOrder), name) - std::begin(kOrder));
}

}  // namespace

std::vector<const Backend*> bench_backends() {
  return {&manual::backend(),           &manual::fixed_backend(), &manual::eigen_backend(),
          &autograd::control_backend(), &autograd::backend(),     &autograd::tuned_backend()};
}

std::vector<int> bench_threads() {
  std::vector<int> threads{1};
  if (available_processors() > 1) threads.push_back(available_processors());
  return threads;
}

Json run_benching(bench::Options options, const Guests& guests,
                  const std::function<void(std::int64_t, std::int64_t)>& on_round) {
  options.guests = {guests.begin(), guests.end()};
  Json json = Json::parse(bench::run(options, on_round));
  json["left_out"] = Json::array();
  const auto leave_out = [&](const std::vector<bench::LeftOut>& all) {
    for (const bench::LeftOut& out : all)
      json["left_out"].push_back({{"side", out.side}, {"why", out.why}, {"subjects", out.subjects}});
  };
  leave_out(bench::left_out(options));
  json["guests"] = Json::array();
  for (const auto& guest : guests) {
    leave_out(guest->left_out());
    json["guests"].push_back(guest->json());
  }
  return json;
}

Json run_benching_apart(const std::vector<std::string>& words, const std::vector<int>& threads) {
  Json all;
  const TemporaryFolder folder;
  for (const int count : threads) {
    const std::filesystem::path file = folder / fmt::format("{}.json", count);
    std::vector<std::string> command{"/proc/self/exe", "bench"};
    command.insert(command.end(), words.begin(), words.end());
    for (const std::string& word :
         {std::string("--threads"), std::to_string(count), std::string("--json"), file.string()})
      command.push_back(word);
    const Finished finished = run_program(command, "build it again", {}, Errors::shown);
    if (finished.code != 0)
      throw MachineError(fmt::format("timing with {} failed", threads_in_words(count, Language::english)), {},
                         "see the line above");
    Json json = Json::parse(read_file(file));
    if (all.is_null()) {
      all = std::move(json);
    } else {
      for (Json& benchmark : json.at("benchmarks")) all["benchmarks"].push_back(std::move(benchmark));
      for (Json& guest : json.at("guests")) all["guests"].push_back(std::move(guest));
      all["seconds"] = all.at("seconds").get<double>() + json.at("seconds").get<double>();
    }
  }
  return all;
}

std::vector<Timing> timings(const Json& benchmarks) {
  constexpr std::string_view kMedian = ".us.median";
  std::vector<Timing> result;
  for (const Json& row : benchmarks.at("benchmarks")) {
    std::vector<Timing> point;
    for (const auto& [key, value] : row.items()) {
      if (!key.ends_with(kMedian)) continue;
      Timing timing = parse_name(row.at("name"));
      timing.side = key.substr(0, key.size() - kMedian.size());
      const auto counter = [&](const char* name) { return row.at(timing.side + name).get<double>(); };
      timing.us = {counter(".us.min"), counter(".us.lower"), value, counter(".us.upper"), counter(".us.max")};
      timing.ratio = counter(".ratio");
      timing.ratio_low = counter(".ratio_low");
      timing.ratio_high = counter(".ratio_high");
      timing.busy = counter(".busy");
      timing.gflops = counter(".gflops");
      point.push_back(std::move(timing));
    }
    std::stable_sort(point.begin(), point.end(),
                     [](const Timing& a, const Timing& b) { return place_of(a.side) < place_of(b.side); });
    std::move(point.begin(), point.end(), std::back_inserter(result));
  }
  return result;
}

std::int64_t width_of(std::string_view subject) {
  std::int64_t width = 0;
  if (subject.starts_with("mlp-"))
    std::from_chars(subject.data() + 4, subject.data() + subject.size(), width);
  return width;
}

}  // namespace twin::reports
