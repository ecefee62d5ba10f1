// What becomes of a mutant: checked as a right network is, and trained as its author would.
//
//   probe check NAME…            float64 gradients and updates, against autograd and finite differences
//   probe check-weakly NAME…     the check against autograd on small networks, whole and weakened
//   probe other-rules NAME…      what the rules of other projects let through, on the same small networks
//   probe learn-xor SEEDS LR…    how many of the seeds 1 … SEEDS learn xor at each learning rate, how fast
//   probe learn-fashion          accuracy of fashion-mlp after a short training
//
// NAME: as networks.hpp has it. JSON on standard output. A mutant may crash, hang or throw: the exit code
// tells the first two, "error" the last.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "autograd/backend.hpp"
#include "limits.hpp"
#include "manual/backend.hpp"
#include "manual/error_bounds.hpp"
#include "networks.hpp"
#include "rules.hpp"
#include "shared/catalogue.hpp"
#include "shared/compare_networks/equivalence.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"
#include "shared/machine/threads.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/train/trainer.hpp"

namespace twin::mutants {
namespace {

using Json = nlohmann::ordered_json;

const Twins& twins() {
  static const Twins both{manual::backend(), &autograd::backend(), manual::step_errors};
  return both;
}

// ---- check

constexpr std::int64_t kSteps = 3;

Json check(const Subject& subject) {
  Json result{
      {"network", subject.name}, {"finite_differences", false}, {"step_1", false}, {"later_steps", false}};
  Json failed = Json::array(), errors = Json::array(), diagnosis = Json::array();
  const auto throws = [&](const auto& look) {
    try {
      look();
      return false;
    } catch (const std::exception& error) {
      errors.push_back(error.what());
      return true;
    }
  };
  const auto judge = [&](const Twins& pair, bool by_differences) {
    for (const CheckRow& row : check_equivalence(pair, subject.spec, subject.parameters, subject.batches,
                                                 {.steps = kSteps, .finite_differences = by_differences})) {
      if (!row.failed()) continue;
      result[by_differences ? "finite_differences" : row.step == 1 ? "step_1" : "later_steps"] = true;
      failed.push_back(
          {{"oracle", row.oracle}, {"quantity", row.quantity}, {"tensor", row.tensor}, {"step", row.step}});
    }
  };
  // An exception (shapes that do not fit, numbers that are none) is noticed as well as a number.
  if (throws([&] { judge({manual::backend(), nullptr, manual::step_errors}, true); }))
    result["finite_differences"] = true;
  if (throws([&] { judge(twins(), false); })) result["step_1"] = true;
  // As twin check does: causes are asked for where something failed.
  if (!failed.empty() || !errors.empty())
    throws([&] {
      try {
        for (const Finding& finding :
             diagnose_twins(twins(), subject.spec, subject.parameters, subject.batches, {.steps = kSteps}))
          diagnosis.push_back({{"cause", finding.cause}, {"tensor", finding.tensor}, {"text", finding.text}});
      } catch (const ShapeError& error) {
        // Shapes that do not fit say by themselves what is wrong.
        diagnosis.push_back({{"cause", "wrong_shape"}, {"tensor", ""}, {"text", error.what()}});
        throw;
      }
    });
  result["failed"] = std::move(failed);
  result["errors"] = std::move(errors);
  result["diagnosis"] = std::move(diagnosis);
  return result;
}

Json check(const std::vector<std::string>& names) {
  Json networks = Json::array();
  for (const Subject& subject : subjects(names, true)) networks.push_back(check(subject));
  return {{"networks", std::move(networks)}};
}

// ---- check weakly

constexpr std::int64_t kUnnoticed = 0;

// The first step at which the check against autograd notices something.
std::int64_t first_notice(const Subject& subject, DType dtype, bool input_gradient) {
  std::int64_t first = kUnnoticed;
  try {
    for (const CheckRow& row :
         check_equivalence(twins(), subject.spec, subject.parameters, subject.batches,
                           {.dtype = dtype, .steps = kSteps, .finite_differences = false})) {
      const bool of_input = row.quantity == "input_gradient" || row.tensor == "input";
      if (!row.failed() || (of_input && !input_gradient)) continue;
      if (first == kUnnoticed || row.step < first) first = row.step;
    }
  } catch (const std::exception&) {
    return 1;  // noticed as well as a number
  }
  return first;
}

Subject with_ones_upstream(Subject subject) {
  for (OwnedBatch& batch : subject.batches)
    for (double& target : batch.targets.data<double>()) target = 1;
  return subject;
}

Subject with_zero_weights(Subject subject) {
  for (Tensor& parameter : subject.parameters)
    for (double& weight : parameter.data<double>()) weight = 0;
  return subject;
}

Json check_weakly(const std::vector<std::string>& names) {
  Json rows = Json::array();
  for (const auto& [subject, alone, upstream] : weak_situations(names)) {
    Json weak{{"zero_weights", first_notice(with_zero_weights(subject), DType::float64, true)},
              {"float32", first_notice(subject, DType::float32, true)},
              {"no_input_gradient", first_notice(subject, DType::float64, false)}};
    if (upstream) weak["ones_upstream"] = first_notice(with_ones_upstream(subject), DType::float64, true);
    rows.push_back({{"situation", subject.name},
                    {"alone", alone},
                    {"full", first_notice(subject, DType::float64, true)},
                    {"weak", std::move(weak)}});
  }
  return {{"situations", std::move(rows)}};
}

// ---- learn

std::unique_ptr<Network> network_of(const CatalogueEntry& entry, DType dtype, Seed seed) {
  std::unique_ptr<Network> network = manual::backend().build(entry.spec, dtype, Device::cpu);
  network->load_parameters(initial_parameters(entry.spec, dtype, seed));
  return network;
}

// From the outputs: the mutant's own loss may be what is wrong.
double mean_squared_error(Network& network, const OwnedBatch& batch) {
  const std::vector<double> y = network.predict(batch.view()).to_doubles();
  const std::vector<double> t = batch.targets.to_doubles();
  double sum = 0;
  for (std::size_t i = 0; i < t.size(); ++i) sum += (y[i] - t[i]) * (y[i] - t[i]);
  return sum / static_cast<double>(t.size());
}

// The epoch, a multiple of ten, by which it is learnt; 0 when it is not.
std::int64_t epochs_to_learn(Network& network, const OwnedBatch& batch, std::int64_t most) {
  constexpr double kLearnt = 0.01;
  constexpr std::int64_t kLook = 10;
  const Batch view = batch.view();
  for (std::int64_t epoch = 1; epoch <= most; ++epoch) {
    network.train_step(view);
    if (epoch % kLook == 0) {
      const double error = mean_squared_error(network, batch);
      if (error < kLearnt) return epoch;
      if (!std::isfinite(error)) return 0;
    }
  }
  return 0;
}

Json learn_xor(Seed seeds, const std::vector<double>& rates) {
  CatalogueEntry entry = find_network("xor");
  const Dataset dataset = load_dataset(entry.dataset);
  const OwnedBatch batch = slice(dataset.train, DType::float64, 0, dataset.train.size());
  Json result;
  for (const double rate : rates) {
    std::get<SgdSpec>(entry.spec.optimizer).lr = rate;
    std::vector<std::int64_t> epochs;
    for (Seed seed = 1; seed <= seeds; ++seed)
      if (const std::int64_t epoch =
              epochs_to_learn(*network_of(entry, DType::float64, seed), batch, entry.epochs))
        epochs.push_back(epoch);
    std::sort(epochs.begin(), epochs.end());
    result[fmt::format("{}", rate)] = {
        {"converged", epochs.size()},
        {"seeds", seeds},
        {"median_epochs", epochs.empty() ? Json() : Json(epochs[epochs.size() / 2])}};
  }
  return result;
}

Json learn_fashion() {
  constexpr std::int64_t kEpochs = 1;
  const CatalogueEntry& entry = find_network("fashion-mlp");
  const Dataset dataset = load_dataset(entry.dataset);
  const std::unique_ptr<Network> network = network_of(entry, DType::float32, entry.seed);
  const std::vector<Trainee> trainees{{"manual", *network}};
  bool finite = true;
  try {
    train(dataset, trainees, {.epochs = kEpochs, .batch_size = entry.batch_size, .seed = entry.seed},
          [](const EpochResult&) {});
  } catch (const NumericError&) {
    finite = false;
  }
  return {{"epochs", kEpochs},
          {"accuracy", scores(*network, dataset.test, DType::float32).accuracy.value()},
          {"finite", finite}};
}

Json run(const std::vector<std::string>& words) {
  const Backend* const backends[] = {&manual::backend(), &autograd::backend()};
  use_threads(1, backends);
  const std::string& part = words.at(0);
  if (part == "check") return check(std::vector<std::string>{words.begin() + 1, words.end()});
  if (part == "check-weakly") return check_weakly({words.begin() + 1, words.end()});
  if (part == "other-rules") return try_other_rules(twins(), {words.begin() + 1, words.end()});
  if (part == "learn-fashion") return learn_fashion();
  if (part != "learn-xor") throw UsageError("unknown part " + part);
  std::vector<double> rates;
  for (std::size_t i = 2; i < words.size(); ++i) rates.push_back(std::stod(words[i]));
  return learn_xor(std::stoull(words.at(1)), rates);
}

}  // namespace
}  // namespace twin::mutants

int main(int argc, char** argv) {
  twin::mutants::limit_time(120);
  twin::mutants::Json result;
  try {
    result = twin::mutants::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    result["error"] = error.what();
  }
  fmt::print("{}\n", result.dump());
}
