// The trainer: drives any number of networks over the same batches, in the same order.
#pragma once

#include <cstdint>
#include <functional>
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

struct TrainOptions {
  std::int64_t epochs = 1;
  std::int64_t steps = 0;       // stop after so many, whatever the epochs; 0: no such limit
  std::int64_t batch_size = 0;  // 0: the whole dataset
  std::int64_t eval_every = 1;  // epochs from one look at the test split to the next
  DType dtype = DType::float32;
  Seed seed = 1;
};

struct EpochResult {
  std::int64_t epoch = 0;        // from 1
  std::int64_t steps = 0;        // taken so far
  std::vector<double> loss;      // of each trainee: mean over the epoch's batches, each before its update
  std::vector<double> accuracy;  // of each trainee on the test split, in [0, 1]; empty where nobody looked
  std::vector<double> seconds;   // of each trainee, in its training steps so far
};

/// Share of the test samples that are classified rightly: the largest output against the label (against each
/// label, where a sample has several), or whether every output lies on the same side of 1/2 as its target.
double accuracy(Network& network, const Split& split, DType dtype);

/// Trains; calls on_step after each step (with the number of steps taken and their total) and on_epoch after
/// each epoch. What recurrent layers carry from batch to batch is forgotten before each epoch, and before a
/// batch of another size. The test split is looked at after every `eval_every` epochs, and after the last.
/// Throws UsageError for sizes and counts that make no sense, NumericError, naming trainee, epoch and step,
/// when a loss is no longer finite.
void train(const Dataset& dataset, std::span<const Trainee> trainees, const TrainOptions& options,
           const std::function<void(const EpochResult&)>& on_epoch,
           const std::function<void(std::int64_t done, std::int64_t total)>& on_step = {});

}  // namespace twin
