// Training one network of the catalogue with one twin or both.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "reports/json.hpp"
#include "reports/runs/compressors.hpp"
#include "shared/catalogue.hpp"
#include "shared/compare/difference.hpp"
#include "shared/data/dataset.hpp"
#include "shared/train/trainer.hpp"

namespace twin::reports {

struct TrainingOptions {
  std::vector<const Backend*> backends = {};
  Device device = Device::cpu;
  DType dtype = DType::float32;
  // The catalogue's unless given. Another optimiser than the network's own starts from its own defaults.
  std::optional<std::int64_t> epochs = {}, steps = {}, batch_size = {};
  std::string optimizer = {}, initialiser = {}, dataset = {};
  std::optional<double> lr = {}, momentum = {};
  std::optional<Seed> seed = {};  // of weights, shuffles and masks
  std::int64_t eval_every = 1;    // epochs
  DatasetOptions data = {};
  // Written after every so many epochs and after the last, with the best of these states beside it; and
  // whether to go on from it.
  std::filesystem::path checkpoint = {};
  std::int64_t checkpoint_every = 1;
  bool resume = false;
};

struct TensorGap {
  const char* quantity;  // "weight", "buffer"
  std::string name;
  Shape shape;
  Difference gap;
};

struct TrainingResult {
  std::vector<EpochResult> epochs;
  std::vector<double> gaps;  // after each epoch: the largest relative gap of any weight; both twins only
  std::vector<TensorGap> tensors;                  // at the end; both twins only
  std::vector<CompressorBits> compressors;         // of a text
  std::vector<std::unique_ptr<Network>> networks;  // as trained, in the order of the backends
};

/// The entry with everything that `options` sets. Throws UsageError for a value that makes no sense.
CatalogueEntry configured(CatalogueEntry entry, const TrainingOptions& options);

/// The dataset of a configured entry. Throws UsageError when its inputs or targets do not fit the network.
Dataset dataset_for(const CatalogueEntry& entry, const DatasetOptions& options);

/// A network of each backend, with the same initial weights.
std::vector<std::unique_ptr<Network>> build_networks(const CatalogueEntry& entry,
                                                     const TrainingOptions& options);

/// "model.best.safetensors" for "model.safetensors": of the states that are written, the one that had the
/// fewest bits, or the least squared error, on the test samples (the mean of both twins).
std::filesystem::path best_checkpoint(const std::filesystem::path& checkpoint);

/// Trains `entry` (configured) on `dataset`. A training that is taken up again ends in the same bits as one
/// that was not interrupted, on one thread and with fixed products (TWINGRAD_PRODUCTS). Throws UsageError,
/// naming the first setting that differs, for a checkpoint of another training, DataError for a damaged one,
/// OutputError when a checkpoint cannot be written.
TrainingResult run_training(const CatalogueEntry& entry, const Dataset& dataset,
                            const TrainingOptions& options,
                            const std::function<void(const EpochResult&, double gap)>& on_epoch,
                            const std::function<void(std::int64_t done, std::int64_t total)>& on_step);

/// "sgd, lr 0.05, momentum 0.9, cosine_with_warmup, clip_grad_norm": how the network moves.
std::string update_text(const NetworkSpec& spec);
/// {"optimizer": "sgd", "lr": 0.05, "momentum": 0.9}, with "schedule" and "clipping" where there are any.
Json update_json(const NetworkSpec& spec);

Json options_json(const CatalogueEntry& entry, const TrainingOptions& options);
/// {"epochs": […], "final": {…}}
Json result_json(const TrainingResult& result, const TrainingOptions& options);

}  // namespace twin::reports
