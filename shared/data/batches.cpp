#include "shared/data/batches.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>

#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin {
namespace {

OwnedBatch empty_batch(const Split& split, DType dtype, std::int64_t count) {
  const bool labels = split.targets.dtype() == DType::int64;
  Shape targets_shape = split.targets.shape();
  targets_shape[0] = count;
  return {Tensor::zeros("inputs", {count, split.features()}, dtype),
          Tensor::zeros("targets", targets_shape, labels ? DType::int64 : dtype)};
}

template <typename From, typename To>
void gather_rows(const Tensor& source, std::span<const std::int64_t> rows, Tensor& destination, double scale,
                 double shift) {
  const auto width = static_cast<std::size_t>(source.size() / source.shape()[0]);
  const std::span<const From> from = source.data<From>();
  const std::span<To> to = destination.data<To>();
  const auto value = [&](double stored) { return static_cast<To>(scale * stored + shift); };
  std::array<To, 256> table{};  // a byte has 256 values: look them up
  if constexpr (std::is_same_v<From, std::uint8_t>)
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = value(static_cast<double>(i));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const From* source_row = from.data() + static_cast<std::size_t>(rows[row]) * width;
    To* destination_row = to.data() + row * width;
    for (std::size_t i = 0; i < width; ++i) {
      if constexpr (std::is_same_v<From, std::uint8_t>)
        destination_row[i] = table[source_row[i]];
      else if constexpr (std::is_same_v<From, std::int64_t>)
        destination_row[i] = source_row[i];
      else
        destination_row[i] = value(source_row[i]);
    }
  }
}

template <typename To>
void gather(const Split& split, std::span<const std::int64_t> rows, OwnedBatch& batch) {
  if (split.inputs.dtype() == DType::uint8)
    gather_rows<std::uint8_t, To>(split.inputs, rows, batch.inputs, split.scale, split.shift);
  else
    gather_rows<double, To>(split.inputs, rows, batch.inputs, split.scale, split.shift);
  if (split.targets.dtype() == DType::int64)
    gather_rows<std::int64_t, std::int64_t>(split.targets, rows, batch.targets, 1, 0);
  else
    gather_rows<double, To>(split.targets, rows, batch.targets, 1, 0);
}

void fill(const Split& split, std::span<const std::int64_t> rows, OwnedBatch& batch) {
  if (batch.inputs.dtype() == DType::float32)
    gather<float>(split, rows, batch);
  else
    gather<double>(split, rows, batch);
}

Tensor integers_below(std::int64_t limit, std::string name, Shape shape, const RandomStream& stream,
                      std::int64_t from = 0) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = from + static_cast<std::int64_t>(stream.below(i, static_cast<std::uint64_t>(limit)));
  return Tensor(std::move(name), std::move(shape), std::move(values));
}

std::pair<double, double> target_range(const LossSpec& loss) {
  return std::visit(
      [](const auto& kind) -> std::pair<double, double> {
        if constexpr (requires { kind.target_range; })
          return kind.target_range;
        else
          return {-1, 1};
      },
      loss);
}

}  // namespace

OwnedBatch OwnedBatch::as(DType dtype) const {
  const auto converted = [&](const Tensor& tensor) {
    return tensor.dtype() == DType::int64 ? tensor : tensor.as(dtype);
  };
  return {converted(inputs), converted(targets)};
}

OwnedBatch slice(const Split& split, DType dtype, std::int64_t first, std::int64_t count) {
  if (first < 0 || count < 0 || first > split.size() - count)
    throw ShapeError(fmt::format("{} samples from {} on, of {}", count, first, split.size()));
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  OwnedBatch batch = empty_batch(split, dtype, count);
  fill(split, rows, batch);
  return batch;
}

OwnedBatch random_batch(const NetworkSpec& spec, const Shape& input, DType dtype, Seed seed,
                        std::uint32_t index, Draw draw, double scale) {
  const RandomStream values(seed, Purpose::test_data, 2 * index);
  const RandomStream answers(seed, Purpose::test_data, 2 * index + 1);
  OwnedBatch batch;
  if (const std::int64_t indices = indices_of(spec.layers); indices > 0)
    batch.inputs = integers_below(indices, "inputs", input, values);
  else if (draw == Draw::integers)
    batch.inputs = integers_below(7, "inputs", input, values, -3).as(dtype);
  else
    batch.inputs = uniform_tensor("inputs", input, dtype, values, -scale, scale);

  Shape outputs = output_shape(spec.layers, layer_input_shape(spec, input));
  if (takes_labels(spec.loss)) {
    const std::int64_t classes = outputs.back();
    outputs.pop_back();
    batch.targets = integers_below(classes, "targets", outputs, answers);
    return batch;
  }
  const auto [low, high] = target_range(spec.loss);
  batch.targets = draw == Draw::integers ? integers_below(7, "targets", outputs, answers, -3).as(dtype)
                                         : uniform_tensor("targets", outputs, dtype, answers, low, high);
  return batch;
}

OwnedBatch random_batch(const NetworkSpec& spec, std::int64_t rows, DType dtype, Seed seed,
                        std::uint32_t index, std::int64_t features) {
  Shape input = input_shape(spec);
  if (input.empty()) input = {features};
  input.insert(input.begin(), rows);
  return random_batch(spec, input, dtype, seed, index);
}

OwnedBatch random_batch(const Example& example, DType dtype, Seed seed, std::uint32_t index) {
  return random_batch(example.spec, example.input, dtype, seed, index, example.draw, example.scale);
}

BatchStream::BatchStream(const Split& split, DType dtype, std::int64_t batch_size, Seed seed)
    : split_(split), batch_size_(batch_size == 0 ? split.size() : batch_size), seed_(seed) {
  if (batch_size < 0) throw UsageError(fmt::format("the batch size is {}", batch_size), {}, "give 1 or more");
  if (batch_size > split.size())
    throw UsageError(fmt::format("a batch of {} is larger than the dataset", batch_size), {},
                     fmt::format("give at most {}", split.size()));
  full_ = empty_batch(split, dtype, batch_size_);
  if (const std::int64_t rest = split.size() % batch_size_; rest != 0)
    rest_ = empty_batch(split, dtype, rest);
}

std::int64_t BatchStream::batches_per_epoch() const {
  return (split_.size() + batch_size_ - 1) / batch_size_;
}

void BatchStream::begin_epoch(std::int64_t epoch) {
  position_ = 0;
  if (batch_size_ < split_.size()) {
    order_ =
        shuffled(split_.size(), RandomStream(seed_, Purpose::shuffle, static_cast<std::uint32_t>(epoch)));
  } else if (order_.empty()) {
    order_.resize(static_cast<std::size_t>(split_.size()));
    std::iota(order_.begin(), order_.end(), 0);
  }
}

const Batch& BatchStream::next() {
  const std::int64_t count = std::min(batch_size_, split_.size() - position_);
  OwnedBatch& batch = count == batch_size_ ? full_ : rest_;
  fill(split_,
       std::span(order_).subspan(static_cast<std::size_t>(position_), static_cast<std::size_t>(count)),
       batch);
  position_ += count;
  view_ = batch.view();
  return view_;
}

}  // namespace twin
