#include "shared/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

#include "shared/data/batches.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace {

struct Sums {
  std::int64_t right = 0, all = 0;  // samples, or labels
  double nats = 0;
  double squares = 0;
};

// -log of the share that exp(outputs[label]) has of the sum.
double surprise(std::span<const double> outputs, std::size_t label) {
  const double largest = *std::max_element(outputs.begin(), outputs.end());
  double sum = 0;
  for (const double y : outputs) sum += std::exp(y - largest);
  return std::log(sum) + largest - outputs[label];
}

void add_labels(std::span<const double> y, std::span<const std::int64_t> labels, Sums& sums) {
  const std::size_t classes = y.size() / labels.size();
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const std::span<const double> row = y.subspan(n * classes, classes);
    sums.right += std::max_element(row.begin(), row.end()) - row.begin() == labels[n];
    sums.nats += surprise(row, static_cast<std::size_t>(labels[n]));
  }
  sums.all += std::ssize(labels);
}

void add_values(std::span<const double> y, std::span<const double> targets, std::int64_t rows, Sums& sums) {
  const std::size_t columns = y.size() / static_cast<std::size_t>(rows);
  for (std::size_t first = 0; first < y.size(); first += columns) {
    bool all = true;
    for (std::size_t i = first; i < first + columns; ++i) {
      all = all && (y[i] > 0.5) == (targets[i] > 0.5);
      sums.squares += (y[i] - targets[i]) * (y[i] - targets[i]) / static_cast<double>(columns);
    }
    sums.right += all;
  }
  sums.all += rows;
}

}  // namespace

bool has_accuracy(const Split& split) {
  if (split.targets.dtype() == DType::int64) return true;
  const std::vector<double> targets = split.targets.to_doubles();
  return std::all_of(targets.begin(), targets.end(), [&](double stored) {
    const double target = split.target_scale * stored;
    return target == 0 || target == 1;
  });
}

Scores scores(Network& network, const Split& split, DType dtype) {
  constexpr std::int64_t kRows = 250;
  const bool labels = split.targets.dtype() == DType::int64;
  Sums sums;
  for (std::int64_t first = 0; first < split.size(); first += kRows) {
    const OwnedBatch batch = slice(split, dtype, first, std::min(kRows, split.size() - first));
    const Tensor outputs = predicted_targets(network.spec().loss, network.predict(batch.view()));
    const std::vector<double> y = outputs.to_doubles();
    if (labels)
      add_labels(y, batch.targets.data<std::int64_t>(), sums);
    else
      add_values(y, batch.targets.to_doubles(), outputs.shape()[0], sums);
  }
  const auto all = static_cast<double>(sums.all);
  Scores scores;
  if (has_accuracy(split)) scores.accuracy = static_cast<double>(sums.right) / all;
  if (labels)
    scores.bits = sums.nats / all / std::numbers::ln2;
  else
    scores.squared_error = sums.squares / all;
  return scores;
}

void train(const Dataset& dataset, std::span<const Trainee> trainees, const TrainOptions& options,
           const std::function<void(const EpochResult&)>& on_epoch,
           const std::function<void(std::int64_t, std::int64_t)>& on_step) {
  if (options.epochs < 1 && options.steps < 1)
    throw UsageError(fmt::format("{} epochs", options.epochs), {}, "give 1 or more");
  if (options.eval_every < 1)
    throw UsageError(fmt::format("a look at the test split every {} epochs", options.eval_every), {},
                     "give 1 or more");
  BatchStream batches(dataset.train, options.dtype, options.batch_size, options.seed);
  const std::int64_t per_epoch = batches.batches_per_epoch();
  const std::int64_t total = options.steps > 0 ? options.steps : options.epochs * per_epoch;

  EpochResult result = options.done;
  result.seconds.resize(trainees.size());
  while (result.steps < total) {
    batches.begin_epoch(++result.epoch);
    const std::int64_t steps_now = std::min(per_epoch, total - result.steps);
    std::vector<double> loss_sum(trainees.size());
    std::int64_t rows = 0;  // of the batch before
    for (std::int64_t s = 1; s <= steps_now; ++s) {
      const Batch& batch = batches.next();
      // The samples of an epoch are in another order than those of the epoch before, and the last batch may
      // have fewer rows: the states of recurrent layers would go on in rows of something else.
      if (batch.inputs.rows() != rows)
        for (const Trainee& trainee : trainees) trainee.network.reset_state();
      rows = batch.inputs.rows();
      for (std::size_t i = 0; i < trainees.size(); ++i) {
        const auto start = std::chrono::steady_clock::now();
        const double loss = trainees[i].network.train_step(batch);
        result.seconds[i] += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (!std::isfinite(loss))
          throw NumericError(fmt::format("the loss became {}", loss),
                             fmt::format("{} twin, epoch {}, step {}", trainees[i].name, result.epoch, s),
                             "try a smaller --lr");
        loss_sum[i] += loss;
      }
      ++result.steps;
      if (on_step) on_step(result.steps, total);
    }
    result.loss.clear();
    result.accuracy.clear();
    result.bits.clear();
    result.squared_error.clear();
    const bool looks = result.epoch % options.eval_every == 0 || result.steps == total;
    for (std::size_t i = 0; i < trainees.size(); ++i) {
      result.loss.push_back(loss_sum[i] / static_cast<double>(steps_now));
      if (!looks) continue;
      const Scores seen = scores(trainees[i].network, dataset.test, options.dtype);
      if (seen.accuracy) result.accuracy.push_back(*seen.accuracy);
      if (seen.bits) result.bits.push_back(*seen.bits);
      if (seen.squared_error) result.squared_error.push_back(*seen.squared_error);
    }
    on_epoch(result);
  }
}

}  // namespace twin
