#include "shared/data/batches.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <optional>

#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin {
namespace {

// Integers stay integers: indices and labels. Bytes are pixels.
DType dtype_in_a_batch(const Tensor& stored, DType dtype) {
  return stored.dtype() == DType::int64 ? DType::int64 : dtype;
}

OwnedBatch empty_batch(const Split& split, DType dtype, std::int64_t count) {
  const auto empty = [&](const char* name, const Tensor& stored) {
    Shape shape = stored.shape();
    shape[0] = count;
    return Tensor::zeros(name, std::move(shape), dtype_in_a_batch(stored, dtype));
  };
  return {empty("inputs", split.inputs), empty("targets", split.targets)};
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

// What is stored as `From` becomes what the batch holds.
template <typename From>
void gather_from(const Tensor& source, std::span<const std::int64_t> rows, Tensor& destination, double scale,
                 double shift) {
  if (destination.dtype() == DType::float32)
    gather_rows<From, float>(source, rows, destination, scale, shift);
  else
    gather_rows<From, double>(source, rows, destination, scale, shift);
}

void gather(const Tensor& source, std::span<const std::int64_t> rows, Tensor& destination, double scale,
            double shift) {
  if (source.dtype() == DType::int64)
    gather_rows<std::int64_t, std::int64_t>(source, rows, destination, scale, shift);
  else if (source.dtype() == DType::uint8)
    gather_from<std::uint8_t>(source, rows, destination, scale, shift);
  else
    gather_from<double>(source, rows, destination, scale, shift);
}

void fill(const Split& split, std::span<const std::int64_t> rows, OwnedBatch& batch) {
  gather(split.inputs, rows, batch.inputs, split.scale, split.shift);
  gather(split.targets, rows, batch.targets, split.target_scale, 0);
}

// Substreams from here on are of further inputs: so many for each batch.
constexpr std::uint32_t kFurtherInputs = 1 << 16;

// The integers of Draw::integers are at most so large.
constexpr std::int64_t kLargestInteger = 3;

// Both ends included.
Tensor integers_in(std::int64_t low, std::int64_t high, std::string name, Shape shape,
                   const RandomStream& stream) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = low + static_cast<std::int64_t>(stream.below(i, static_cast<std::uint64_t>(high - low + 1)));
  return Tensor(std::move(name), std::move(shape), std::move(values));
}

// 1 and -1, both where there are two or more.
Tensor random_signs(Shape shape, DType dtype, const RandomStream& stream) {
  std::vector<double> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.below(i, 2) == 0 ? -1 : 1;
  if (values.size() > 1) values.back() = -values.front();
  return Tensor("targets", std::move(shape), std::move(values)).as(dtype);
}

bool takes_signs(const LossSpec& loss) {
  return std::visit(
      [](const auto& kind) {
        return requires { kind.takes_signs; };
      },
      loss);
}

// Those that a loss draws itself; none where it leaves it to random_labels().
std::optional<std::vector<std::int64_t>> labels_drawn_by(const LossSpec& loss, const Shape& outputs,
                                                         const RandomStream& stream) {
  return std::visit(
      [&](const auto& kind) -> std::optional<std::vector<std::int64_t>> {
        if constexpr (requires { kind.random_labels(outputs, stream); })
          return kind.random_labels(outputs, stream);
        else
          return std::nullopt;
      },
      loss);
}

// What the loss takes for a target, both ends included; any number where it does not say.
std::optional<std::pair<double, double>> target_range(const LossSpec& loss) {
  return std::visit(
      [](const auto& kind) -> std::optional<std::pair<double, double>> {
        if constexpr (requires { kind.target_range(); })
          return kind.target_range();
        else if constexpr (requires { kind.target_range; })
          return kind.target_range;
        else
          return std::nullopt;
      },
      loss);
}

// Every class is met, in a random order, as far as there are labels enough; then classes are drawn. The last
// label is one that the loss does not ignore: what is wrong in the last row alone must show.
Tensor random_labels(const LossSpec& loss, Shape shape, std::int64_t classes, const RandomStream& stream) {
  Tensor labels = integers_in(0, classes - 1, "targets", std::move(shape), stream);
  const std::span<std::int64_t> values = labels.data<std::int64_t>();
  const std::vector<std::int64_t> each = shuffled(classes, stream);
  std::copy_n(each.begin(), std::min(each.size(), values.size()), values.begin());
  std::visit(
      [&](const auto& kind) {
        if constexpr (requires { kind.ignore_index; })
          if (values.back() == kind.ignore_index) values.back() = (values.back() + 1) % classes;
      },
      loss);
  return labels;
}

}  // namespace

OwnedBatch OwnedBatch::as(DType dtype) const {
  const auto converted = [&](const Tensor& tensor) {
    return tensor.dtype() == DType::int64 ? tensor : tensor.as(dtype);
  };
  return {converted(inputs), converted(targets), further.as(dtype)};
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
                        std::uint32_t index, Draw draw, double scale, const NamedShapes& further) {
  const RandomStream values(seed, Purpose::test_data, 2 * index);
  const RandomStream answers(seed, Purpose::test_data, 2 * index + 1);
  const auto numbers = [&](const std::string& name, const Shape& shape, const RandomStream& stream) {
    return draw == Draw::integers
               ? integers_in(-kLargestInteger, kLargestInteger, name, shape, stream).as(dtype)
               : uniform_tensor(name, shape, dtype, stream, -scale, scale);
  };
  OwnedBatch batch;
  if (const std::int64_t indices = indices_of(spec.layers); indices > 0)
    batch.inputs = integers_in(0, indices - 1, "inputs", input, values);
  else
    batch.inputs = numbers("inputs", input, values);
  std::uint32_t substream = kFurtherInputs + index * kFurtherInputs;
  for (const auto& [name, shape] : further)
    batch.further.add(numbers(name, shape, RandomStream(seed, Purpose::test_data, substream++)));

  const Shape outputs = output_shape(spec.layers, layer_input_shape(spec, input));
  const Shape targets = target_shape(spec.loss, outputs);
  if (takes_labels(spec.loss)) {
    if (auto drawn = labels_drawn_by(spec.loss, outputs, answers))
      batch.targets = Tensor("targets", targets, *std::move(drawn));
    else
      batch.targets = random_labels(spec.loss, targets, outputs.back(), answers);
    return batch;
  }
  if (takes_signs(spec.loss)) {
    batch.targets = random_signs(targets, dtype, answers);
    return batch;
  }
  const auto range = target_range(spec.loss);
  const bool integers = draw == Draw::integers;
  const double size = integers ? static_cast<double>(kLargestInteger) : 1;
  const auto [low, high] = range.value_or(std::pair(-size, size));
  batch.targets = integers
                      ? integers_in(static_cast<std::int64_t>(std::ceil(low)),
                                    static_cast<std::int64_t>(std::floor(high)), "targets", targets, answers)
                            .as(dtype)
                      : uniform_tensor("targets", targets, dtype, answers, low, high);
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
  return random_batch(example.spec, example.input, dtype, seed, index, example.draw, example.scale,
                      example.further);
}

OwnedBatch random_batch_like(const OwnedBatch& batch, const NetworkSpec& spec, std::int64_t rows, Seed seed,
                             std::uint32_t index) {
  const auto with_rows = [&](Shape shape) {
    shape.front() = rows;
    return shape;
  };
  NamedShapes further;
  for (const Tensor& tensor : batch.further) further.emplace(tensor.name(), with_rows(tensor.shape()));
  return random_batch(spec, with_rows(batch.inputs.shape()), DType::float64, seed, index, Draw::uniform, 1,
                      further);
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
