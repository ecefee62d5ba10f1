// The autograd twin of this program as a guest of another (reports/runs/guests.hpp).
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <istream>
#include <ostream>
#include <thread>

#include "reports/backends.hpp"
#include "reports/runs/guests.hpp"
#include "shared/errors.hpp"
#include "shared/formats/npy.hpp"
#include "shared/machine/blas.hpp"
#include "shared/machine/threads.hpp"

namespace twin::reports {
namespace serving {

// What it trains, on weights and data that it was given.
struct Served {
  OwnedBatch batch;
  std::unique_ptr<Network> network;
};

Json begin(const std::filesystem::path& folder, Served& served) {
  served = {};
  const Json given = Json::parse(read_file(folder / "case.json"));
  const DType dtype = given.at("dtype") == to_string(DType::float32) ? DType::float32 : DType::float64;
  const bench::Subject subject = subject_named(given.at("subject"), given.at("batch"));
  const Backend& autograd = *twins().autograd;
  if (const std::string lacks = autograd.lacks(subject.spec); !lacks.empty())
    return {{"unsupported", lacks.starts_with("the ") ? lacks.substr(4) : lacks}};
  served.batch = subject.random_batch(dtype, 1);  // the further inputs are no part of a case
  NamedTensors parameters;
  for (const Tensor& array : read_npz(folder / "arrays.npz")) {
    if (array.name() == "inputs")
      served.batch.inputs = array;
    else if (array.name() == "targets")
      served.batch.targets = array;
    else
      parameters.add(array);
  }
  served.network = autograd.build(subject.spec, dtype, Device::cpu);
  served.network->load_parameters(parameters);
  Json losses = Json::array();
  for (int step = 0; step < given.at("checked_steps").get<int>(); ++step) {
    losses.push_back(served.network->train_step(served.batch.view()));
    if (!std::isfinite(losses.back().get<double>()))
      throw NumericError(fmt::format("the loss of step {} is no number", step + 1));
  }
  return {{"losses", losses}};
}

Json take(std::int64_t steps, const Served& served, int threads) {
  if (!served.network) throw UsageError("there is no case yet");
  // While others computed, the caches were theirs.
  if (steps > 1) served.network->train_steps(served.batch.view(), 1);
  const BusyThreads busy;
  served.network->train_steps(served.batch.view(), steps);
  const double wall = busy.wall_seconds(), average = busy.average();
  // Until the threads of the pools sleep too, and disturb nobody.
  if (threads > 1) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return {{"seconds", wall}, {"processor_seconds", wall * average}};
}

}  // namespace serving

void serve_side(std::istream& in, std::ostream& out, int threads) {
  const std::string library = twins().autograd->description();  // "LibTorch 1.13.1 over …"
  const std::size_t space = library.find(' ');
  const auto say_line = [&](const Json& json) {
    out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  };
  say_line({{"schema", kSideSchema},
            {"library", library.substr(0, space)},
            {"version", library.substr(space + 1, library.find(' ', space + 1) - space - 1)},
            {"program", std::filesystem::read_symlink("/proc/self/exe").string()},
            {"blas_threads", blas_threads()},
            {"threads", threads}});
  serving::Served served;
  for (std::string line; std::getline(in, line);) {
    try {
      const Json request = Json::parse(line);
      if (request.contains("case"))
        say_line(serving::begin(request.at("case").get<std::string>(), served));
      else
        say_line(serving::take(request.at("steps"), served, threads));
    } catch (const std::exception& error) {  // whatever it is, the others are measured
      say_line({{"fault", error.what()}});
    }
  }
}

}  // namespace twin::reports
