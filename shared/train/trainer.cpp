#include "shared/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "shared/data/batches.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace {

struct Count {
  std::int64_t right = 0, all = 0;
};

Count count_right(const Tensor& outputs, const Tensor& targets) {
  const std::vector<double> y = outputs.to_doubles();
  const std::vector<double> t = targets.to_doubles();
  const bool labels = targets.dtype() == DType::int64;
  const std::size_t rows = labels ? t.size() : static_cast<std::size_t>(outputs.shape()[0]);
  const std::size_t columns = y.size() / rows;
  std::int64_t right = 0;
  for (std::size_t n = 0; n < rows; ++n) {
    if (labels) {
      const auto row = y.begin() + static_cast<std::ptrdiff_t>(n * columns);
      const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(columns)) - row;
      right += static_cast<double>(best) == t[n];
    } else {
      bool all = true;
      for (std::size_t i = n * columns; i < (n + 1) * columns; ++i) all = all && (y[i] > 0.5) == (t[i] > 0.5);
      right += all;
    }
  }
  return {right, static_cast<std::int64_t>(rows)};
}

}  // namespace

double accuracy(Network& network, const Split& split, DType dtype) {
  constexpr std::int64_t kRows = 1000;
  Count sum;
  for (std::int64_t first = 0; first < split.size(); first += kRows) {
    const OwnedBatch batch = slice(split, dtype, first, std::min(kRows, split.size() - first));
    const Count count = count_right(network.predict(batch.view()), batch.targets);
    sum.right += count.right;
    sum.all += count.all;
  }
  return static_cast<double>(sum.right) / static_cast<double>(sum.all);
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

  EpochResult result;
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
    const bool looks = result.epoch % options.eval_every == 0 || result.steps == total;
    for (std::size_t i = 0; i < trainees.size(); ++i) {
      result.loss.push_back(loss_sum[i] / static_cast<double>(steps_now));
      if (looks) result.accuracy.push_back(accuracy(trainees[i].network, dataset.test, options.dtype));
    }
    on_epoch(result);
  }
}

}  // namespace twin
