// The batches of an epoch, in the order that the seed gives: both twins are fed the same bytes.
#pragma once

#include "shared/data/dataset.hpp"
#include "shared/network.hpp"
#include "shared/seeds/random.hpp"
#include "shared/specs/example.hpp"

namespace twin {

struct OwnedBatch {
  Tensor inputs;
  Tensor targets;
  NamedTensors further = {};
  Batch view() const { return {inputs.view(), targets.view(), further.size() > 0 ? &further : nullptr}; }
  /// The same samples in another dtype; integers stay integers.
  OwnedBatch as(DType dtype) const;
};

/// Samples [first, first + count) of a split in their stored order, decoded to `dtype`. Throws ShapeError
/// when the split does not hold them all.
OwnedBatch slice(const Split& split, DType dtype, std::int64_t first, std::int64_t count);

/// A batch for `spec` of inputs of shape `input` (batch included): numbers uniform in ±scale or small
/// integers, or indices where the network takes them, and targets that its loss takes; the `index`-th of this
/// seed. The further inputs are drawn as the inputs are.
OwnedBatch random_batch(const NetworkSpec& spec, const Shape& input, DType dtype, Seed seed,
                        std::uint32_t index = 0, Draw draw = Draw::uniform, double scale = 1,
                        const NamedShapes& further = {});
/// `rows` samples, uniform in ±1; `features` is the number of columns where the specification leaves it open.
OwnedBatch random_batch(const NetworkSpec& spec, std::int64_t rows, DType dtype, Seed seed,
                        std::uint32_t index = 0, std::int64_t features = 0);
OwnedBatch random_batch(const Example& example, DType dtype, Seed seed, std::uint32_t index = 0);
/// In the shapes of `batch`, but with so many rows; of float64, uniform in ±1.
OwnedBatch random_batch_like(const OwnedBatch& batch, const NetworkSpec& spec, std::int64_t rows, Seed seed,
                             std::uint32_t index = 0);

class BatchStream {
 public:
  /// `batch_size` 0 means the whole split, which is then never shuffled. Throws UsageError when batch_size is
  /// negative or above the size of the split. `split` outlives the stream.
  BatchStream(const Split& split, DType dtype, std::int64_t batch_size, Seed seed);

  std::int64_t batch_size() const { return batch_size_; }
  /// The last batch of an epoch may be smaller than batch_size.
  std::int64_t batches_per_epoch() const;

  /// Shuffles anew, as a function of the seed and `epoch` alone.
  void begin_epoch(std::int64_t epoch);
  /// The next batch of this epoch; valid until the next call. Precondition: fewer than batches_per_epoch()
  /// calls since begin_epoch().
  const Batch& next();

 private:
  const Split& split_;
  std::int64_t batch_size_;
  Seed seed_;
  std::vector<std::int64_t> order_;
  std::int64_t position_ = 0;
  OwnedBatch full_, rest_;  // a full batch, and the shorter one at the end of an epoch
  Batch view_;
};

}  // namespace twin
