#include "reports/runs/whole_trainings.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/runs/peers.hpp"
#include "reports/runs/training.hpp"
#include "shared/data/batches.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/formats/npy.hpp"
#include "shared/machine/process.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {
namespace whole_trainings {

constexpr DType kDType = DType::float32;
constexpr std::size_t kCheckedSteps = 5;
// Of the last loss: a training goes on from its own roundings, so the sides may part further than in the
// first steps; one that has learnt something else is further away.
constexpr double kSameEnd = 0.01;

struct Task {
  const char* network;
  std::int64_t quick_steps;
};
constexpr Task kTasks[] = {{"xor", 1000}, {"fashion-mlp", 60}};

struct Training {
  double seconds = 0, last_loss = 0;
  std::vector<double> losses;  // of the first steps
};

struct Work {
  CatalogueEntry entry;
  std::vector<OwnedBatch> batches;  // an epoch, or the part of it that is taken
  NamedTensors initial;
  std::int64_t steps = 0;
};

Work work_of(const Task& task, const Measuring& measuring) {
  Work work{find_network(task.network), {}, {}, 0};
  const Split train = dataset_for(work.entry, measuring.data).train;
  const std::int64_t size = work.entry.batch_size > 0 ? work.entry.batch_size : train.size();
  const std::int64_t of_an_epoch = train.size() / size;
  // The whole data set is read once; where it is one batch, all epochs are taken.
  work.steps = measuring.quick ? task.quick_steps : of_an_epoch > 1 ? of_an_epoch : work.entry.epochs;
  for (std::int64_t i = 0; i < std::min(of_an_epoch, work.steps); ++i)
    work.batches.push_back(slice(train, kDType, i * size, size));
  work.initial = initial_parameters(work.entry.spec, kDType, work.entry.seed);
  return work;
}

Training train(const Backend& backend, const Work& work) {
  const std::unique_ptr<Network> network = backend.build(work.entry.spec, kDType, Device::cpu);
  network->load_parameters(work.initial);
  Training training;
  std::size_t taken = 0;
  const auto step = [&] { return network->train_step(work.batches[taken++ % work.batches.size()].view()); };
  while (taken < kCheckedSteps) training.losses.push_back(step());
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; i < work.steps; ++i) training.last_loss = step();
  training.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return training;
}

// One behind the other, with the number of batches as the first extent.
template <typename T>
Tensor stacked(const char* name, const std::vector<OwnedBatch>& batches, Tensor OwnedBatch::*part) {
  Shape shape = (batches.front().*part).shape();
  shape.insert(shape.begin(), static_cast<std::int64_t>(batches.size()));
  std::vector<T> values;
  for (const OwnedBatch& batch : batches) {
    const auto more = (batch.*part).view().template data<T>();
    values.insert(values.end(), more.begin(), more.end());
  }
  return {name, std::move(shape), std::move(values)};
}

void write_case(const Work& work, int threads, const TemporaryFolder& folder) {
  Json spec = network_json(work.entry.spec, kDType, threads);
  spec.update({{"steps", work.steps}, {"checked_steps", kCheckedSteps}});
  write_file(folder / "case.json", spec.dump());
  NamedTensors arrays = work.initial;
  arrays.add(stacked<float>("inputs", work.batches, &OwnedBatch::inputs));
  arrays.add(takes_labels(work.entry.spec.loss)
                 ? stacked<std::int64_t>("targets", work.batches, &OwnedBatch::targets)
                 : stacked<float>("targets", work.batches, &OwnedBatch::targets));
  write_npz(folder / "arrays.npz", arrays);
}

// Adds a training to the row of a peer; a fault stands in the row from then on.
void add_peer_training(Json& row, const Finished& finished, const GuestCases::Losses& twins,
                       double last_loss) {
  if (finished.code != 0) {
    const std::string reason = last_line(finished.err);
    row["fault"] =
        fmt::format("it failed: {}", !reason.empty()   ? reason
                                     : finished.signal ? fmt::format("signal {}", finished.signal)
                                                       : fmt::format("exit code {}", finished.code));
    return;
  }
  try {
    const Json said = Json::parse(finished.out);
    double gap = 0;
    std::string fault = disagreement(said.at("losses").get<std::vector<double>>(), twins, kDType, gap);
    const double end = said.at("last_loss");
    if (fault.empty() && !(std::abs(end - last_loss) <= kSameEnd * std::abs(last_loss)))
      fault = fmt::format("it does not learn the same: its last loss is {}, and {} by hand", end, last_loss);
    if (!fault.empty()) {
      row["fault"] = fault;
      return;
    }
    row["version"] = said.at("version");
    row["seconds"].push_back(said.at("seconds").get<double>());
    row["import_seconds"].push_back(said.at("import_seconds").get<double>());
    row["last_loss"] = end;
  } catch (const Json::exception&) {
    row["fault"] = "what it said is damaged";
  }
}

Json run_task(const Task& task, const Measuring& measuring, const std::vector<std::string>& pythons,
              const std::function<void(std::int64_t, std::int64_t)>& on_progress) {
  const Work work = work_of(task, measuring);
  const std::int64_t repetitions = measuring.quick ? 3 : 5;
  const TemporaryFolder folder;
  write_case(work, measuring.threads, folder);

  std::vector<Json> sides;
  for (const Backend* backend : backends())
    sides.push_back(
        {{"side", backend->name()}, {"version", backend->description()}, {"seconds", Json::array()}});
  const std::vector<GuestProgram> peers = python_peers(pythons);
  for (const GuestProgram& peer : peers) {
    sides.push_back({{"side", peer.side}, {"seconds", Json::array()}, {"import_seconds", Json::array()}});
    if (!peer.not_measured.is_null()) sides.back()["not_measured"] = peer.not_measured;
  }
  const std::string script = (std::filesystem::path(TWINGRAD_PEERS_DIR) / "whole_training.py").string();
  GuestCases::Losses losses;
  for (std::int64_t repetition = 0; repetition < repetitions; ++repetition) {
    on_progress(repetition, repetitions);
    losses.clear();
    for (std::size_t i = 0; i < backends().size(); ++i) {
      const Training training = train(*backends()[i], work);
      sides[i]["seconds"].push_back(training.seconds);
      sides[i]["last_loss"] = training.last_loss;
      losses[std::string(backends()[i]->name())] = training.losses;
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
      Json& side = sides[backends().size() + i];
      if (peers[i].words.empty() || side.contains("fault")) continue;
      add_peer_training(side,
                        run_program({peers[i].words.front(), script, peers[i].side, folder.path().string()},
                                    "install python3", environment_for(measuring.threads)),
                        losses, sides[0].at("last_loss"));
    }
  }
  const std::int64_t of_an_epoch =
      static_cast<std::int64_t>(work.batches.size()) > 1
          ? dataset_for(work.entry, measuring.data).train.size() / work.entry.batch_size
          : 1;
  return {{"network", task.network},     {"batch", work.batches.front().inputs.shape().front()},
          {"steps", work.steps},         {"whole_steps", work.entry.epochs * of_an_epoch},
          {"epochs", work.entry.epochs}, {"sides", sides}};
}

}  // namespace whole_trainings

Json run_whole_trainings(const Measuring& measuring, const std::vector<std::string>& pythons) {
  using namespace whole_trainings;
  const BusyThreads busy;
  Json trainings = Json::array();
  for (const Task& task : kTasks)
    trainings.push_back(run_task(task, measuring, pythons, [&](std::int64_t done, std::int64_t total) {
      if (measuring.on_progress)
        measuring.on_progress(std::ssize(trainings) * total + done, std::ssize(kTasks) * total);
    }));
  Json json = json_header("numpy", {{"quick", measuring.quick}, {"dtype", to_string(kDType)}},
                          measuring.threads, busy);
  json["trainings"] = std::move(trainings);
  return json;
}

}  // namespace twin::reports
