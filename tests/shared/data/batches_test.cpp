#include "shared/data/batches.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr Seed kShuffle = 5;

/// Byte images with labels: sample n is the pixels (n, n + 100), label n.
Split images(std::int64_t count) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int64_t> labels;
  for (std::int64_t n = 0; n < count; ++n) {
    pixels.push_back(static_cast<std::uint8_t>(n));
    pixels.push_back(static_cast<std::uint8_t>(n + 100));
    labels.push_back(n);
  }
  return {Tensor("inputs", {count, 2}, pixels), Tensor("targets", {count}, labels), 0.3, -0.7};
}

/// Numbers with numbers for targets: sample n is (n + 0.1) → (n + 0.2, n + 0.3).
Split numbers(std::int64_t count) {
  std::vector<double> inputs, targets;
  for (std::int64_t n = 0; n < count; ++n) {
    inputs.push_back(static_cast<double>(n) + 0.1);
    targets.push_back(static_cast<double>(n) + 0.2);
    targets.push_back(static_cast<double>(n) + 0.3);
  }
  return {Tensor("inputs", {count, 1}, inputs), Tensor("targets", {count, 2}, targets)};
}

/// Sequences of three indices with a label each: sample n is (n, n + 1, n + 2) → (10n, 10n + 1, 10n + 2).
Split sequences(std::int64_t count) {
  std::vector<std::int64_t> inputs, targets;
  for (std::int64_t n = 0; n < count; ++n)
    for (std::int64_t t = 0; t < 3; ++t) {
      inputs.push_back(n + t);
      targets.push_back(10 * n + t);
    }
  return {Tensor("inputs", {count, 3}, inputs), Tensor("targets", {count, 3}, targets), 0.5, 7};
}

std::vector<std::int64_t> labels_of(const Batch& batch) {
  const auto labels = batch.targets.data<std::int64_t>();
  return {labels.begin(), labels.end()};
}

/// The labels of an epoch in the order of its batches.
std::vector<std::int64_t> epoch_order(BatchStream& stream, std::int64_t epoch) {
  std::vector<std::int64_t> order;
  stream.begin_epoch(epoch);
  for (std::int64_t i = 0; i < stream.batches_per_epoch(); ++i) {
    const std::vector<std::int64_t> labels = labels_of(stream.next());
    order.insert(order.end(), labels.begin(), labels.end());
  }
  return order;
}

std::vector<std::int64_t> in_order(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(Slice, DecodesByScaleAndShift) {
  const OwnedBatch batch = slice(images(10), DType::float64, 3, 2);
  EXPECT_EQ(batch.inputs.shape(), (Shape{2, 2}));
  EXPECT_THAT(batch.inputs.data<double>(),
              ElementsAre(0.3 * 3 - 0.7, 0.3 * 103 - 0.7, 0.3 * 4 - 0.7, 0.3 * 104 - 0.7));
  EXPECT_EQ(batch.targets.shape(), Shape{2});
  EXPECT_THAT(batch.targets.data<std::int64_t>(), ElementsAre(3, 4));
}

TEST(Slice, DecodesNumbersAndLeavesTargetsAsTheyAre) {
  Split split = numbers(3);
  split.scale = 2;
  split.shift = 1;
  const OwnedBatch batch = slice(split, DType::float64, 1, 2);
  EXPECT_THAT(batch.inputs.data<double>(), ElementsAre(2 * 1.1 + 1, 2 * 2.1 + 1));
  EXPECT_THAT(batch.targets.data<double>(), ElementsAre(1.2, 1.3, 2.2, 2.3));
}

TEST(Slice, OfFloat32IsThatOfFloat64Rounded) {
  for (const Split& split : {images(150), numbers(150)}) {
    const OwnedBatch singles = slice(split, DType::float32, 0, 150);
    const OwnedBatch doubles = slice(split, DType::float64, 0, 150);
    EXPECT_TRUE(
        std::ranges::equal(singles.inputs.data<float>(), doubles.inputs.as(DType::float32).data<float>()));
    EXPECT_EQ(singles.targets.to_doubles(), doubles.targets.as(singles.targets.dtype()).to_doubles());
  }
}

TEST(Slice, TargetsFollowTheDTypeUnlessTheyAreLabels) {
  EXPECT_EQ(slice(numbers(2), DType::float32, 0, 2).targets.dtype(), DType::float32);
  EXPECT_EQ(slice(numbers(2), DType::float64, 0, 2).targets.dtype(), DType::float64);
  EXPECT_EQ(slice(images(2), DType::float32, 0, 2).targets.dtype(), DType::int64);
}

// They are indices: neither the dtype nor scale and shift are for them.
TEST(Slice, LeavesIntegersAsTheyAre) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const OwnedBatch batch = slice(sequences(5), dtype, 3, 2);
    EXPECT_EQ(batch.inputs.shape(), (Shape{2, 3}));
    EXPECT_THAT(batch.inputs.data<std::int64_t>(), ElementsAre(3, 4, 5, 4, 5, 6));
    EXPECT_THAT(batch.targets.data<std::int64_t>(), ElementsAre(30, 31, 32, 40, 41, 42));
  }
}

TEST(Slice, KeepsTheShapeOfASample) {
  std::vector<double> values(2 * 3 * 4);
  std::iota(values.begin(), values.end(), 0);
  const Split split{Tensor("inputs", {2, 3, 4}, values), Tensor("targets", {2, 3, 4}, values)};
  const OwnedBatch batch = slice(split, DType::float32, 1, 1);
  EXPECT_EQ(batch.inputs.shape(), (Shape{1, 3, 4}));
  EXPECT_EQ(batch.inputs.to_doubles(), std::vector<double>(values.begin() + 12, values.end()));
  EXPECT_EQ(batch.targets.to_doubles(), batch.inputs.to_doubles());
}

TEST(Slice, ViewShowsTheBatch) {
  const OwnedBatch owned = slice(images(5), DType::float32, 1, 3);
  const Batch batch = owned.view();
  EXPECT_EQ(batch.inputs.shape, (Shape{3, 2}));
  EXPECT_EQ(batch.inputs.data<float>().data(), owned.inputs.data<float>().data());
  EXPECT_THAT(labels_of(batch), ElementsAre(1, 2, 3));
}

TEST(Slice, MayBeEmptyOrTheWhole) {
  EXPECT_EQ(slice(images(5), DType::float32, 5, 0).inputs.size(), 0);
  EXPECT_EQ(slice(images(5), DType::float32, 0, 5).inputs.size(), 10);
}

TEST(Slice, RefusesSamplesThatTheSplitDoesNotHold) {
  const Split split = images(5);
  EXPECT_THROW_MESSAGE(slice(split, DType::float32, 3, 3), ShapeError, "3 samples from 3 on, of 5");
  EXPECT_THROW_MESSAGE(slice(split, DType::float32, -1, 2), ShapeError, "2 samples from -1 on, of 5");
  EXPECT_THROW_MESSAGE(slice(split, DType::float32, 3, -1), ShapeError, "-1 samples");
}

TEST(OwnedBatch, AsKeepsLabels) {
  const OwnedBatch labelled = slice(images(5), DType::float64, 1, 3).as(DType::float32);
  EXPECT_EQ(labelled.inputs.to_doubles(), slice(images(5), DType::float32, 1, 3).inputs.to_doubles());
  EXPECT_THAT(labelled.targets.data<std::int64_t>(), ElementsAre(1, 2, 3));
  EXPECT_EQ(slice(numbers(5), DType::float64, 1, 3).as(DType::float32).targets.dtype(), DType::float32);
}

TEST(BatchStream, ShowsEverySampleOncePerEpoch) {
  const Split split = images(100);
  for (const std::int64_t batch_size : {1, 7, 50, 99, 100, 0}) {
    BatchStream stream(split, DType::float32, batch_size, kShuffle);
    for (const std::int64_t epoch : {0, 1, 2}) {
      std::vector<std::int64_t> order = epoch_order(stream, epoch);
      std::sort(order.begin(), order.end());
      EXPECT_EQ(order, in_order(100)) << "batch size " << batch_size << ", epoch " << epoch;
    }
  }
}

TEST(BatchStream, EndsAnEpochOnAShorterBatch) {
  const Split split = images(10);
  BatchStream stream(split, DType::float64, 4, kShuffle);
  EXPECT_EQ(stream.batch_size(), 4);
  EXPECT_EQ(stream.batches_per_epoch(), 3);
  for (const std::int64_t epoch : {0, 1}) {
    stream.begin_epoch(epoch);
    for (const std::int64_t rows : {4, 4, 2}) {
      const Batch& batch = stream.next();
      EXPECT_EQ(batch.inputs.shape, (Shape{rows, 2}));
      EXPECT_EQ(batch.targets.shape, Shape{rows});
    }
  }
}

TEST(BatchStream, HasNoShorterBatchWhereTheSizeDivides) {
  const Split split = images(12);
  BatchStream stream(split, DType::float64, 4, kShuffle);
  EXPECT_EQ(stream.batches_per_epoch(), 3);
  stream.begin_epoch(0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stream.next().inputs.rows(), 4);
}

TEST(BatchStream, KeepsInputsAndTargetsTogether) {
  const Split split = images(30);
  BatchStream stream(split, DType::float64, 7, kShuffle);
  stream.begin_epoch(0);
  for (std::int64_t i = 0; i < stream.batches_per_epoch(); ++i) {
    const Batch& batch = stream.next();
    const std::vector<std::int64_t> labels = labels_of(batch);
    for (std::size_t row = 0; row < labels.size(); ++row) {
      const OwnedBatch sample = slice(split, DType::float64, labels[row], 1);
      EXPECT_THAT(batch.inputs.data<double>().subspan(2 * row, 2),
                  testing::ElementsAreArray(sample.inputs.data<double>()));
    }
  }
}

TEST(BatchStream, CarriesIntegers) {
  const Split split = sequences(11);
  for (const DType dtype : {DType::float32, DType::float64}) {
    BatchStream stream(split, dtype, 4, kShuffle);
    stream.begin_epoch(0);
    std::vector<std::int64_t> first;
    for (const std::int64_t rows : {4, 4, 3}) {
      const Batch& batch = stream.next();
      EXPECT_EQ(batch.inputs.shape, (Shape{rows, 3}));
      const auto indices = batch.inputs.data<std::int64_t>();
      const std::vector<std::int64_t> labels = labels_of(batch);
      for (std::size_t i = 0; i < indices.size(); i += 3) {
        EXPECT_EQ(labels[i], 10 * indices[i]);
        EXPECT_EQ(indices[i + 2], indices[i] + 2);
        first.push_back(indices[i]);
      }
    }
    std::sort(first.begin(), first.end());
    EXPECT_EQ(first, in_order(11));
  }
}

TEST(BatchStream, ShufflesBySeedAndEpochAlone) {
  const Split split = images(100);
  BatchStream stream(split, DType::float32, 10, kShuffle), same(split, DType::float64, 10, kShuffle),
      other(split, DType::float32, 10, kShuffle + 1);
  const std::vector<std::int64_t> first = epoch_order(stream, 0), second = epoch_order(stream, 1);
  EXPECT_NE(first, in_order(100));
  EXPECT_NE(first, second);
  EXPECT_NE(first, epoch_order(other, 0));
  // Epochs out of order and in another dtype: nothing is carried over from the epoch before.
  EXPECT_EQ(second, epoch_order(same, 1));
  EXPECT_EQ(first, epoch_order(same, 0));
}

TEST(BatchStream, ShufflesTheSameForEveryBatchSize) {
  const Split split = images(100);
  BatchStream tens(split, DType::float32, 10, kShuffle), sevens(split, DType::float32, 7, kShuffle);
  EXPECT_EQ(epoch_order(tens, 3), epoch_order(sevens, 3));
}

TEST(BatchStream, FeedsBothDTypesTheSameNumbersUpToRounding) {
  for (const Split& split : {images(20), numbers(20)}) {
    BatchStream singles(split, DType::float32, 6, kShuffle), doubles(split, DType::float64, 6, kShuffle);
    singles.begin_epoch(1);
    doubles.begin_epoch(1);
    for (std::int64_t i = 0; i < singles.batches_per_epoch(); ++i) {
      const auto single = singles.next().inputs.data<float>();
      const auto exact = doubles.next().inputs.data<double>();
      const std::vector<float> rounded(exact.begin(), exact.end());
      EXPECT_TRUE(std::ranges::equal(single, rounded));
    }
  }
}

TEST(BatchStream, NeverShufflesAFullBatch) {
  const Split split = images(50);
  for (const std::int64_t batch_size : {0, 50}) {
    BatchStream stream(split, DType::float32, batch_size, kShuffle);
    EXPECT_EQ(stream.batch_size(), 50);
    EXPECT_EQ(stream.batches_per_epoch(), 1);
    EXPECT_EQ(epoch_order(stream, 0), in_order(50));
    EXPECT_EQ(epoch_order(stream, 1), in_order(50));
  }
}

TEST(BatchStream, RefusesANegativeBatchSize) {
  const Split split = images(4);
  EXPECT_THROW_MESSAGE(BatchStream(split, DType::float32, -1, kShuffle), UsageError, "the batch size is -1",
                       "give 1 or more");
}

TEST(BatchStream, RefusesABatchLargerThanTheDataset) {
  const Split split = images(4);
  EXPECT_NO_THROW(BatchStream(split, DType::float32, 4, kShuffle));
  EXPECT_THROW_MESSAGE(BatchStream(split, DType::float32, 5, kShuffle), UsageError,
                       "a batch of 5 is larger than the dataset", "give at most 4");
}

// ---- Random batches

/// A network of no layer.
NetworkSpec bare(LossSpec loss) { return {{}, std::move(loss), SgdSpec{}, UniformInitialiser{}}; }

TEST(RandomBatch, MeetsEveryClassWhereThereAreLabelsEnough) {
  const NetworkSpec spec = bare(CrossEntropyLossSpec{});
  for (Seed seed = 1; seed <= 20; ++seed)
    for (const Shape& outputs : {Shape{7, 7}, Shape{50, 10}, Shape{3, 4, 11}}) {
      const OwnedBatch batch = random_batch(spec, outputs, DType::float64, seed);
      const auto labels = batch.targets.data<std::int64_t>();
      EXPECT_EQ(std::set<std::int64_t>(labels.begin(), labels.end()).size(),
                static_cast<std::size_t>(outputs.back()))
          << to_string(outputs) << ", seed " << seed;
      EXPECT_EQ(*std::max_element(labels.begin(), labels.end()), outputs.back() - 1);
    }
}

TEST(RandomBatch, DrawsItsLabelsAnewForEachSeedAndIndex) {
  const NetworkSpec spec = bare(CrossEntropyLossSpec{});
  const auto labels = [&](Seed seed, std::uint32_t index) {
    return random_batch(spec, {20, 10}, DType::float64, seed, index).targets.to_doubles();
  };
  EXPECT_NE(labels(1, 0), labels(2, 0));
  EXPECT_NE(labels(1, 0), labels(1, 1));
  std::set<double> of_one_row;
  for (Seed seed = 1; seed <= 100; ++seed)
    of_one_row.insert(random_batch(spec, {1, 3}, DType::float64, seed).targets.to_doubles()[0]);
  EXPECT_THAT(of_one_row, ElementsAre(0, 1, 2));
}

TEST(RandomBatch, NeverIgnoresItsLastRow) {
  for (Seed seed = 1; seed <= 50; ++seed)
    for (const std::int64_t rows : {1, 2, 9}) {
      const OwnedBatch batch =
          random_batch(bare(CrossEntropyLossSpec{.ignore_index = 1}), {rows, 4}, DType::float64, seed);
      EXPECT_NE(batch.targets.to_doubles().back(), 1);
      EXPECT_NO_THROW(validate_targets(CrossEntropyLossSpec{.ignore_index = 1}, {rows, 4}, DType::float64,
                                       batch.targets.view()));
    }
}

TEST(RandomBatch, DrawsTargetsThatTheLossTakes) {
  for (const Draw draw : {Draw::uniform, Draw::integers})
    for (const LossSpec& loss : {LossSpec(BceWithLogitsLossSpec{}), LossSpec(MseLossSpec{})}) {
      const Shape outputs{50, 4};
      const OwnedBatch batch = random_batch(bare(loss), outputs, DType::float64, kShuffle, 0, draw);
      EXPECT_NO_THROW(validate_targets(loss, outputs, DType::float64, batch.targets.view()));
    }
}

TEST(RandomBatch, OfIntegersReachesBothEnds) {
  const auto values = [](LossSpec loss) {
    const std::vector<double> all =
        random_batch(bare(std::move(loss)), {50, 4}, DType::float64, kShuffle, 0, Draw::integers)
            .targets.to_doubles();
    return std::set<double>(all.begin(), all.end());
  };
  EXPECT_THAT(values(MseLossSpec{}), ElementsAre(-3, -2, -1, 0, 1, 2, 3));
  EXPECT_THAT(values(BceWithLogitsLossSpec{}), ElementsAre(0, 1));
}

}  // namespace
}  // namespace twin
