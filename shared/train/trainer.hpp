// The trainer: drives any number of networks over the same batches, in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/data/dataset.hpp"
#include "shared/network.hpp"
#include "shared/seeds/random.hpp"

namespace twin {

struct Trainee {
  std::string name;  // for messages: "manual"
  Network& network;
};

struct EpochResult {
  std::int64_t epoch = 0;    // from 1
  std::int64_t steps = 0;    // taken so far
  std::vector<double> loss;  // of each trainee: mean over the epoch's batches, each before its update
  // Of each trainee on the test split; empty where nobody looked, or where Scores holds none.
  std::vector<double> accuracy, bits, squared_error;
  std::vector<double> seconds;  // of each trainee, in its training steps so far
};

struct TrainOptions {
  std::int64_t epochs = 1;
  std::int64_t steps = 0;       // stop after so many, whatever the epochs; 0: no such limit
  std::int64_t batch_size = 0;  // 0: the whole dataset
  std::int64_t eval_every = 1;  // epochs from one look at the test split to the next
  DType dtype = DType::float32;
  Seed seed = 1;
  EpochResult done = {};  // what went before, where the trainees stand at the end of an epoch already
};

/// Whether outputs can be right or wrong: targets are labels, or each is 0 or 1.
bool has_accuracy(const Split& split);

/// What the outputs for a split are worth.
struct Scores {
  /// Share of the samples that are classified rightly, in [0, 1]: the largest output against the label
  /// (against each label, where a sample has several), or whether every output lies on the same side of 1/2
  /// as its target. None unless has_accuracy().
  std::optional<double> accuracy;
  /// Mean over the labels of -log2 of the probability that the softmax of the outputs gives to the label:
  /// what a code made from the network would take for it. None where targets are no labels.
  std::optional<double> bits;
  /// Mean over all targets, of what the outputs say of them (predicted_targets). None where targets are
  /// labels.
  std::optional<double> squared_error;
};
Scores scores(Network& network, const Split& split, DType dtype);

/// Trains; calls on_step after each step (with the number of steps taken and their total) and on_epoch after
/// each epoch. What recurrent layers carry from batch to batch is forgotten before each epoch, and before a
/// batch of another size. The test split is looked at after every `eval_every` epochs, and after the last.
/// Throws UsageError for sizes and counts that make no sense, NumericError, naming trainee, epoch and step,
/// when a loss is no longer finite.
void train(const Dataset& dataset, std::span<const Trainee> trainees, const TrainOptions& options,
           const std::function<void(const EpochResult&)>& on_epoch,
           const std::function<void(std::int64_t done, std::int64_t total)>& on_step = {});

}  // namespace twin
