#include "reports/runs/peers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/formats/npy.hpp"
#include "shared/machine/process.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/statistics.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

constexpr Seed kPeerSeed = 1;
constexpr int kCheckedSteps = 5;
constexpr const char* kSchema = "twingrad.peer/1";
// Of a peer that does not do some part of the network: exit code and last line (bench/peers/exchange.py).
constexpr int kUnsupportedCode = 3;
constexpr std::string_view kUnsupported = "unsupported: ";

// Processor time is read in ticks of the clock, beside wall time: a process of one busy thread can read 1.01.
constexpr double kBusySlack = 0.1;

struct Peer {
  std::string name, script;
  std::vector<PeerResult::Missing> modules;  // that it imports
};

const std::vector<Peer>& peers() {
  const PeerResult::Missing numpy{"numpy", "python3-numpy"}, torch{"torch", "python3-torch"};
  static const std::vector<Peer> all{{"numpy", "numpy_peer.py", {numpy}},
                                     {"pytorch", "pytorch_peer.py", {numpy, torch}}};
  return all;
}

// ---- Python

bool succeeds(const std::vector<std::string>& words) {
  try {
    return run_program(words).code == 0;
  } catch (const MachineError&) {  // there is no such program
    return false;
  }
}

bool has_module(const std::string& python, const std::string& module) {
  return succeeds(
      {python, "-c",
       fmt::format("import importlib.util, sys; sys.exit(importlib.util.find_spec('{}') is None)", module)});
}

// ---- The files

// A stem and its numbers.
template <typename Spec>
Json stem_json(std::string_view stem, const Spec& spec) {
  Json json{{"stem", stem}};
  for (const Hyperparameter& number : hyperparameters_of(spec)) json[std::string(number.name)] = number.value;
  return json;
}

void write_case(const bench::Subject& subject, const NamedTensors& parameters, const OwnedBatch& batch,
                DType dtype, int threads, bool quick, const TemporaryFolder& folder) {
  Json spec = peer_case(subject.spec, dtype, threads);
  spec.update(
      {{"checked_steps", kCheckedSteps}, {"rounds", quick ? 5 : 11}, {"round_seconds", quick ? 0.02 : 0.05}});
  write_file(folder / "case.json", spec.dump());
  NamedTensors arrays = parameters;
  arrays.add(batch.inputs.renamed("inputs"));
  arrays.add(batch.targets.renamed("targets"));
  write_npz(folder / "arrays.npz", arrays);
}

std::vector<TwinLosses> losses_of_twins(const NetworkSpec& spec, const NamedTensors& parameters,
                                        const OwnedBatch& batch, DType dtype) {
  std::vector<TwinLosses> all;
  for (const Backend* backend : backends()) {
    const std::unique_ptr<Network> network = backend->build(spec, dtype, Device::cpu);
    network->load_parameters(parameters);
    TwinLosses& twin = all.emplace_back(TwinLosses{backend->name(), {}});
    for (int step = 0; step < kCheckedSteps; ++step) twin.losses.push_back(network->train_step(batch.view()));
  }
  return all;
}

// ---- What a peer says

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string string_or_nothing(const Json& json) { return json.is_string() ? json.get<std::string>() : ""; }

// Throws Json::exception when something is missing, or of another type.
PeerTiming timing_of(const Json& said) {
  PeerTiming timing;
  timing.version = said.at("version");
  timing.python = said.at("python");
  timing.blas = string_or_nothing(said.at("blas"));
  timing.busy_threads = said.at("busy_threads");
  timing.us_per_step = said.at("us_per_step").get<std::vector<double>>();
  if (timing.us_per_step.empty()) return timing;
  timing.us = quartiles(timing.us_per_step);
  return timing;
}

void judge(const Finished& finished, const std::vector<TwinLosses>& expected, int threads,
           PeerResult& result) {
  if (finished.code != 0) {
    const std::string reason = last_line(finished.err);
    if (finished.code == kUnsupportedCode && reason.starts_with(kUnsupported)) {
      result.unsupported = reason.substr(kUnsupported.size());
      return;
    }
    result.fault = peer_failure(finished);
    return;
  }
  try {
    const Json said = Json::parse(finished.out);
    if (said.at("schema") != kSchema) {
      result.fault = fmt::format("what it said is no {}", kSchema);
      return;
    }
    PeerTiming timing = timing_of(said);
    result.fault = peer_disagreement(said.at("losses").get<std::vector<double>>(), expected, result.dtype,
                                     timing.loss_gap);
    if (result.fault.empty() && !(timing.us.median > 0)) result.fault = "it gave no times";
    if (result.fault.empty() && timing.busy_threads > threads + kBusySlack)
      result.fault =
          fmt::format("it kept {:.2f} threads busy where {} were asked for", timing.busy_threads, threads);
    if (result.fault.empty()) result.timing = std::move(timing);
  } catch (const Json::exception&) {
    result.fault = fmt::format("what it said is damaged: {}", last_line(finished.out).substr(0, 60));
  }
}

}  // namespace

PeerPython find_python(std::string_view name, const std::vector<std::string>& pythons) {
  const Peer& peer =
      *std::find_if(peers().begin(), peers().end(), [&](const Peer& each) { return each.name == name; });
  PeerPython result{{}, {"python3", "python3"}};
  for (const std::string& python : pythons) {
    if (!succeeds({python, "-c", ""})) continue;
    const auto lacking = std::find_if(peer.modules.begin(), peer.modules.end(),
                                      [&](const auto& module) { return !has_module(python, module.what); });
    if (lacking == peer.modules.end()) return {python, {}};
    result.missing = *lacking;
  }
  return result;
}

std::map<std::string, std::string> peer_environment(int threads) {
  const std::string count = std::to_string(threads);
  return {{"OPENBLAS_NUM_THREADS", count},
          {"OMP_NUM_THREADS", count},
          {"MKL_NUM_THREADS", count},
          {"PYTHONDONTWRITEBYTECODE", "1"}};
}

Json peer_case(const NetworkSpec& spec, DType dtype, int threads) {
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers) {
    layers.push_back(stem_json(stem_of(layer), layer));
    layers.back()["name"] = layer.name;
  }
  return {{"layers", std::move(layers)},
          {"loss", stem_json(name_of(spec.loss), spec.loss)},
          {"optimizer", stem_json(name_of(spec.optimizer), spec.optimizer)},
          {"schedule", spec.schedule ? Json(name_of(*spec.schedule)) : Json()},
          {"clipping", spec.clipping ? Json(name_of(*spec.clipping)) : Json()},
          {"dtype", to_string(dtype)},
          {"threads", threads}};
}

std::string peer_failure(const Finished& finished) {
  const std::string reason = last_line(finished.err);
  return fmt::format("it failed: {}", !reason.empty()   ? reason
                                      : finished.signal ? fmt::format("signal {}", finished.signal)
                                                        : fmt::format("exit code {}", finished.code));
}

std::string peer_disagreement(const std::vector<double>& losses, const std::vector<TwinLosses>& twins,
                              DType dtype, double& gap) {
  for (const TwinLosses& twin : twins) {
    if (losses.size() != twin.losses.size())
      return fmt::format("it gave {} losses where {} were asked for", losses.size(), twin.losses.size());
    for (std::size_t i = 0; i < losses.size(); ++i) {
      const double expected = twin.losses[i];
      const double difference = std::abs(losses[i] - expected);
      if (!(difference <= tolerance::kPeerLossRoundings * unit_roundoff(dtype) * std::abs(expected)))
        return fmt::format("it does not compute the same: the loss of step {} is {}, and {} in the {} twin",
                           i + 1, losses[i], expected, twin.twin);
      if (difference > 0) gap = std::max(gap, difference / std::abs(expected));
    }
  }
  return {};
}

std::vector<PeerResult> run_peers(const std::vector<bench::Subject>& subjects, DType dtype, int threads,
                                  bool quick,
                                  const std::function<void(std::int64_t, std::int64_t)>& on_progress,
                                  const std::vector<std::string>& pythons, std::string_view only) {
  std::vector<Peer> asked = peers();
  if (!only.empty()) std::erase_if(asked, [&](const Peer& peer) { return peer.name != only; });
  std::vector<PeerPython> found;
  for (const Peer& peer : asked) found.push_back(find_python(peer.name, pythons));
  const bool any =
      std::any_of(found.begin(), found.end(), [](const PeerPython& p) { return !p.path.empty(); });
  const std::map<std::string, std::string> environment = peer_environment(threads);

  std::vector<PeerResult> results;
  const auto total = static_cast<std::int64_t>(subjects.size() * asked.size());
  for (const bench::Subject& subject : subjects) {
    const TemporaryFolder folder;
    std::vector<TwinLosses> expected;
    if (any) {
      const NamedTensors parameters = initial_parameters(subject.spec, dtype, kPeerSeed);
      const OwnedBatch batch = subject.random_batch(dtype, kPeerSeed);
      expected = losses_of_twins(subject.spec, parameters, batch, dtype);
      write_case(subject, parameters, batch, dtype, threads, quick, folder);
    }
    for (std::size_t i = 0; i < asked.size(); ++i) {
      on_progress(static_cast<std::int64_t>(results.size()), total);
      const Peer& peer = asked[i];
      PeerResult result{subject.name, subject.batch, dtype, peer.name, {}, {}, {}, {}};
      if (found[i].path.empty()) {
        result.missing = found[i].missing;
      } else {
        const std::string script = (std::filesystem::path(TWINGRAD_PEERS_DIR) / peer.script).string();
        judge(run_program({found[i].path, script, folder.path().string()}, "install python3", environment),
              expected, threads, result);
      }
      results.push_back(std::move(result));
    }
  }
  return results;
}

Json json_of(const PeerResult& result) {
  Json row{{"subject", result.subject},
           {"batch", result.batch},
           {"dtype", to_string(result.dtype)},
           {"peer", result.peer}};
  if (result.timing) {
    const PeerTiming& timing = *result.timing;
    row.update({{"version", timing.version},
                {"python", timing.python},
                {"blas", timing.blas},
                {"us_per_step", timing.us_per_step},
                {"first_quartile_us", timing.us.lower},
                {"median_us", timing.us.median},
                {"third_quartile_us", timing.us.upper},
                {"busy_threads", timing.busy_threads},
                {"loss_gap", timing.loss_gap}});
  } else if (result.missing) {
    const auto& [what, package] = *result.missing;
    const bool python = what == "python3";
    row["not_measured"] = {
        {"en", fmt::format("{}; apt-get install {}",
                           python ? "there is no python3" : fmt::format("python3 has no module {}", what),
                           package)},
        {"id",
         fmt::format("{}; apt-get install {}",
                     python ? "python3 tidak ada" : fmt::format("python3 tidak memiliki modul {}", what),
                     package)}};
  } else if (!result.unsupported.empty()) {
    row["unsupported"] = result.unsupported;
  } else {
    row["fault"] = result.fault;
  }
  return row;
}

std::string peer_reason(const Json& row, Language language) {
  if (row.contains("fault")) return row.at("fault");
  if (!row.contains("unsupported")) return reason_of(row, language);
  const Text text{"left out of {}: it lacks the {}", "tidak diikutkan pada {}: tidak memiliki {}"};
  return fmt::format(fmt::runtime(text.in(language)), row.at("subject").get<std::string>(),
                     row.at("unsupported").get<std::string>());
}

}  // namespace twin::reports
