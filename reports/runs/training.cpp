#include "reports/runs/training.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "reports/backends.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/stems.hpp"
#include "shared/train/checkpoint.hpp"

namespace twin::reports {
namespace {

void expect_positive(const std::optional<std::int64_t>& value, std::string_view option) {
  if (value && *value < 1) throw UsageError(fmt::format("{} is {}", option, *value), {}, "give 1 or more");
}

std::int64_t numbers_in_a_sample(const Tensor& tensor) { return tensor.size() / tensor.shape().at(0); }

// A network that takes any inputs says 0.
bool fits(std::int64_t numbers, std::int64_t wanted) { return wanted == 0 || numbers == wanted; }

bool fits(const Dataset& dataset, const NetworkSpec& spec) {
  const bool labels = !dataset.classes.empty();
  if (labels != takes_labels(spec.loss) ||
      !fits(numbers_in_a_sample(dataset.train.inputs), input_features(spec)))
    return false;
  if (output_features(spec) == 0) return true;
  const Shape outputs = output_shape(spec, 1);
  return labels
             ? std::ssize(dataset.classes) <= outputs.back()
             : numbers_in_a_sample(dataset.train.targets) == element_count(target_shape(spec.loss, outputs));
}

std::string description(const Dataset& dataset) {
  const std::int64_t inputs = numbers_in_a_sample(dataset.train.inputs);
  if (!dataset.classes.empty()) return fmt::format("{} features, {} classes", inputs, dataset.classes.size());
  return fmt::format("{} features, {} targets", inputs, numbers_in_a_sample(dataset.train.targets));
}

// The checkpoint at `path`, when it is of a training with these settings.
Checkpoint resumed(const std::filesystem::path& path, const std::string& settings) {
  Checkpoint checkpoint = read_checkpoint(path);
  const Json kept = Json::parse(checkpoint.settings, nullptr, false), now = Json::parse(settings);
  for (const auto& [key, value] : now.items())
    if (!kept.is_object() || !kept.contains(key) || kept.at(key) != value)
      throw UsageError(fmt::format("the checkpoint is of another training: its {} is {}, here it is {}", key,
                                   kept.is_object() && kept.contains(key) ? kept.at(key).dump() : "not there",
                                   value.dump()),
                       path.string(), "give the options of that training, or another --checkpoint");
  return checkpoint;
}

// The mean over the trainees; none where nobody looked.
std::optional<double> badness(const EpochResult& epoch) {
  const std::vector<double>& each = epoch.bits.empty() ? epoch.squared_error : epoch.bits;
  if (each.empty()) return std::nullopt;
  return std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size());
}

bool is_kept(const EpochResult& epoch, const CatalogueEntry& entry, const TrainingOptions& options) {
  return !options.checkpoint.empty() && (epoch.epoch % options.checkpoint_every == 0 ||
                                         epoch.epoch == entry.epochs || epoch.steps == options.steps);
}

// Of the epochs after which a checkpoint was written, as now.
bool is_best(const std::vector<EpochResult>& epochs, std::int64_t every) {
  const std::optional<double> last = badness(epochs.back());
  return last && std::all_of(epochs.begin(), epochs.end() - 1, [&](const EpochResult& epoch) {
           const std::optional<double> earlier = badness(epoch);
           return epoch.epoch % every != 0 || !earlier || *last < *earlier;
         });
}

void keep(const TrainingResult& result, const std::vector<Trainee>& trainees, const TrainingOptions& options,
          const std::string& settings) {
  Checkpoint checkpoint{settings, {}, {}, result.epochs, result.gaps};
  for (const Trainee& trainee : trainees) {
    checkpoint.trainees.push_back(trainee.name);
    checkpoint.states.push_back(state_of(trainee.network));
  }
  const std::string bytes = checkpoint_bytes(checkpoint);
  if (is_best(result.epochs, options.checkpoint_every))
    AtomicFile(best_checkpoint(options.checkpoint)).commit(bytes);
  AtomicFile(options.checkpoint).commit(bytes);
}

}  // namespace

CatalogueEntry configured(CatalogueEntry entry, const TrainingOptions& options) {
  expect_positive(options.epochs, "--epochs");
  expect_positive(options.steps, "--steps");
  expect_positive(options.batch_size, "--batch");
  const std::int64_t epochs = entry.epochs, batch_size = entry.batch_size;
  entry.epochs = options.epochs.value_or(epochs);
  entry.batch_size = options.batch_size.value_or(batch_size);
  // A schedule of the catalogue ends with the last of the catalogue's epochs.
  if (entry.spec.schedule) {
    double factor = static_cast<double>(entry.epochs) / static_cast<double>(epochs);
    if (batch_size > 0 && entry.batch_size > 0)  // 0: all samples
      factor *= static_cast<double>(batch_size) / static_cast<double>(entry.batch_size);
    entry.spec.schedule =
        std::visit([&](const auto& schedule) -> ScheduleSpec { return schedule.stretched(factor); },
                   *entry.spec.schedule);
  }
  expect_positive(options.eval_every, "--eval-every");
  expect_positive(options.checkpoint_every, "--checkpoint-every");
  entry.seed = options.seed.value_or(entry.seed);
  entry.spec.mask_seed = entry.seed;
  OptimizerSpec& optimizer = entry.spec.optimizer;
  if (!options.optimizer.empty() && options.optimizer != name_of(optimizer))
    optimizer = optimizer_named(options.optimizer);
  if (options.lr) set_hyperparameter(optimizer, "lr", *options.lr);
  if (options.momentum) set_hyperparameter(optimizer, "momentum", *options.momentum);
  if (!options.initialiser.empty()) entry.spec.initialiser = initialiser_named(options.initialiser);
  if (!options.dataset.empty()) entry.dataset = options.dataset;
  validate(entry.spec);
  return entry;
}

Dataset dataset_for(const CatalogueEntry& entry, const DatasetOptions& options) {
  Dataset dataset = load_dataset(entry.dataset, options);
  if (!fits(dataset, entry.spec))
    throw UsageError(
        fmt::format("dataset {} ({}) does not fit network {} ({}, {})", dataset.name, description(dataset),
                    entry.name, widths_of(entry.spec), name_of(entry.spec.loss)),
        {}, fmt::format("use {}", find_network(entry.name).dataset));
  return dataset;
}

std::vector<std::unique_ptr<Network>> build_networks(const CatalogueEntry& entry,
                                                     const TrainingOptions& options) {
  const NamedTensors initial = initial_parameters(entry.spec, options.dtype, entry.seed);
  std::vector<std::unique_ptr<Network>> networks;
  for (const Backend* backend : options.backends) {
    networks.push_back(backend->build(entry.spec, options.dtype, device_of(*backend, options.device)));
    networks.back()->load_parameters(initial);
  }
  return networks;
}

std::filesystem::path best_checkpoint(const std::filesystem::path& checkpoint) {
  std::filesystem::path best = checkpoint;
  return best.replace_extension(".best" + checkpoint.extension().string());
}

TrainingResult run_training(const CatalogueEntry& entry, const Dataset& dataset,
                            const TrainingOptions& options,
                            const std::function<void(const EpochResult&, double)>& on_epoch,
                            const std::function<void(std::int64_t, std::int64_t)>& on_step) {
  TrainingResult result;
  result.networks = build_networks(entry, options);
  std::vector<Trainee> trainees;
  for (std::size_t i = 0; i < result.networks.size(); ++i)
    trainees.push_back({std::string(options.backends[i]->name()), *result.networks[i]});

  const bool both = trainees.size() == 2;
  Checkpoint checkpoint{options_json(entry, options).dump(), {}, {}, {}, {}};
  if (options.resume) {
    checkpoint = resumed(options.checkpoint, checkpoint.settings);
    for (std::size_t i = 0; i < result.networks.size(); ++i) load(*result.networks[i], checkpoint.states[i]);
    result.epochs = checkpoint.epochs;
    result.gaps = checkpoint.gaps;
  }
  const auto weights = [&](std::size_t i) { return result.networks[i]->parameters(); };
  train(
      dataset, trainees,
      {.epochs = entry.epochs,
       .steps = options.steps.value_or(0),
       .batch_size = entry.batch_size,
       .eval_every = options.eval_every,
       .dtype = options.dtype,
       .seed = entry.seed,
       .done = result.epochs.empty() ? EpochResult{} : result.epochs.back()},
      [&](const EpochResult& epoch) {
        const double gap = both ? largest_relative_gap(weights(0), weights(1)) : 0;
        result.epochs.push_back(epoch);
        if (both) result.gaps.push_back(gap);
        if (is_kept(epoch, entry, options)) keep(result, trainees, options, checkpoint.settings);
        on_epoch(epoch, gap);
      },
      on_step);
  result.compressors = compressor_bits(dataset);
  if (both) {
    const auto compare = [&](const char* quantity, const NamedTensors& manual, const NamedTensors& autograd) {
      for (const Tensor& tensor : autograd)
        result.tensors.push_back(
            {quantity, tensor.name(), tensor.shape(), difference(manual.at(tensor.name()), tensor)});
    };
    compare("weight", weights(0), weights(1));
    compare("buffer", result.networks[0]->buffers(), result.networks[1]->buffers());
  }
  return result;
}

std::string update_text(const NetworkSpec& spec) {
  std::string text(name_of(spec.optimizer));
  for (const Hyperparameter& number : hyperparameters_of(spec.optimizer))
    text += fmt::format(", {} {:g}", number.name, number.value);
  if (spec.schedule) text += fmt::format(", {}", name_of(*spec.schedule));
  if (spec.clipping) text += fmt::format(", {}", name_of(*spec.clipping));
  return text;
}

Json update_json(const NetworkSpec& spec) {
  Json json{{"optimizer", name_of(spec.optimizer)}};
  for (const Hyperparameter& number : hyperparameters_of(spec.optimizer))
    json[std::string(number.name)] = number.value;
  if (spec.schedule) json["schedule"] = name_of(*spec.schedule);
  if (spec.clipping) json["clipping"] = name_of(*spec.clipping);
  return json;
}

Json options_json(const CatalogueEntry& entry, const TrainingOptions& options) {
  Json names = Json::array();
  for (const Backend* backend : options.backends) names.push_back(backend->name());
  Json json{{"network", entry.name},
            {"backends", std::move(names)},
            {"device", to_string(options.device)},
            {"dtype", to_string(options.dtype)},
            {"dataset", entry.dataset},
            {"epochs", entry.epochs},
            {"batch", entry.batch_size},
            {"initialiser", name_of(entry.spec.initialiser)},
            {"eval_every", options.eval_every},
            {"seed", entry.seed}};
  json.update(update_json(entry.spec));
  if (options.steps) json["steps"] = *options.steps;
  return json;
}

Json result_json(const TrainingResult& result, const TrainingOptions& options) {
  Json epochs = Json::array();
  for (std::size_t e = 0; e < result.epochs.size(); ++e) {
    const EpochResult& epoch = result.epochs[e];
    Json row{{"epoch", epoch.epoch}};
    for (std::size_t i = 0; i < options.backends.size(); ++i)
      row[fmt::format("loss_{}", options.backends[i]->name())] = epoch.loss[i];
    const auto add = [&](const char* quantity, const std::vector<double>& values) {
      for (std::size_t i = 0; i < values.size(); ++i)
        row[fmt::format("{}_{}", quantity, options.backends[i]->name())] = values[i];
    };
    add("accuracy", epoch.accuracy);
    add("bits", epoch.bits);
    add("squared_error", epoch.squared_error);
    if (!result.gaps.empty()) row["max_rel_weight_gap"] = result.gaps[e];
    epochs.push_back(std::move(row));
  }
  Json last;
  const EpochResult& end = result.epochs.back();
  last["steps"] = end.steps;
  for (std::size_t i = 0; i < options.backends.size(); ++i)
    last[fmt::format("step_seconds_{}", options.backends[i]->name())] = end.seconds[i];
  if (!result.gaps.empty()) {
    last["max_rel_weight_gap"] = result.gaps.back();
    last["tensors"] = Json::array();
    for (const TensorGap& tensor : result.tensors)
      last["tensors"].push_back({{"quantity", tensor.quantity},
                                 {"tensor", tensor.name},
                                 {"shape", tensor.shape},
                                 {"max_abs", tensor.gap.max_abs},
                                 {"max_rel", tensor.gap.max_rel()},
                                 {"index", tensor.gap.index}});
  }
  Json json{{"epochs", std::move(epochs)}, {"final", std::move(last)}};
  for (const CompressorBits& compressor : result.compressors) json["bits"][compressor.name] = compressor.bits;
  return json;
}

}  // namespace twin::reports
