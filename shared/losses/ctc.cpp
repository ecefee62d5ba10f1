#include "shared/losses/ctc.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

CtcLossSpec::Lengths CtcLossSpec::lengths_of(std::span<const std::int64_t> row) {
  const auto is_label = [](std::int64_t target) { return target != kNoLabel && target != kNoStep; };
  const auto is_step = [](std::int64_t target) { return target != kNoStep; };
  return {std::find_if_not(row.begin(), row.end(), is_label) - row.begin(),
          std::find_if_not(row.begin(), row.end(), is_step) - row.begin()};
}

std::int64_t CtcLossSpec::steps_needed(std::span<const std::int64_t> labels) {
  auto needed = static_cast<std::int64_t>(labels.size());
  for (std::size_t i = 1; i < labels.size(); ++i) needed += labels[i] == labels[i - 1] ? 1 : 0;
  return needed;
}

void CtcLossSpec::validate() const {
  if (blank < 0) throw UsageError(fmt::format("blank is {}", blank), {}, "give a class, 0 or more");
}

Shape CtcLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.size() != 3)
    throw ShapeError(fmt::format("outputs: expected sequences, N×T×K, got {}", to_string(outputs)));
  if (outputs[2] <= blank)
    throw ShapeError(fmt::format("outputs: expected more than {} classes, of which {} is the blank, got {}",
                                 blank, blank, outputs[2]));
  return {outputs[0], outputs[1]};
}

void CtcLossSpec::validate_labels(std::span<const std::int64_t> labels, const Shape& outputs) const {
  const auto steps = static_cast<std::size_t>(outputs[1]);
  for (std::size_t first = 0; first < labels.size(); first += steps) {
    const auto row = labels.subspan(first, steps);
    const std::size_t sample = first / steps;
    const Lengths lengths = lengths_of(row);
    for (const std::int64_t label : row.first(static_cast<std::size_t>(lengths.labels)))
      if (label < 0 || label >= outputs[2] || label == blank)
        throw DataError(
            fmt::format("label {} of sample {} is {}", label, sample,
                        label == blank ? "the blank" : fmt::format("out of range 0…{}", outputs[2] - 1)));
    for (std::int64_t t = lengths.labels; t < outputs[1]; ++t)
      if (row[static_cast<std::size_t>(t)] != (t < lengths.steps ? kNoLabel : kNoStep))
        throw DataError(fmt::format("the labels of sample {} go on at {} behind their end", sample, t), {},
                        "a row holds labels, then -1 for each further step, then -2 where there is no step");
    if (lengths.steps == 0) throw DataError(fmt::format("sample {} has no step", sample));
    const std::int64_t needed = steps_needed(row.first(static_cast<std::size_t>(lengths.labels)));
    if (needed > lengths.steps && !zero_infinity)
      throw DataError(
          fmt::format("the labels of sample {} need {} steps, there are {}", sample, needed, lengths.steps),
          {}, "its loss is infinite: leave it out, or set zero_infinity");
  }
}

std::vector<std::int64_t> CtcLossSpec::random_labels(const Shape& outputs, const RandomStream& stream) const {
  const std::int64_t most = outputs[1], classes = outputs[2];
  std::vector<std::int64_t> all;
  std::uint64_t drawn = 0;
  const auto below = [&](std::int64_t bound) {
    return static_cast<std::int64_t>(stream.below(drawn++, static_cast<std::uint64_t>(bound)));
  };
  const auto label = [&] {
    const std::int64_t other = below(classes - 1);
    return other < blank ? other : other + 1;
  };
  for (std::int64_t n = 0; n < outputs[0]; ++n) {
    const std::int64_t steps = n == 0 ? most : 1 + below(most);
    std::vector<std::int64_t> row;
    for (std::int64_t wanted = classes > 1 ? below(steps + 1) : 0; wanted > 0; --wanted) {
      row.push_back(!row.empty() && below(4) == 0 ? row.back() : label());
      if (steps_needed(row) <= steps) continue;
      if (!zero_infinity) row.pop_back();
      break;
    }
    row.resize(static_cast<std::size_t>(steps), kNoLabel);
    row.resize(static_cast<std::size_t>(most), kNoStep);
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

std::vector<Example> CtcLossSpec::examples() {
  const CtcLossSpec last_is_blank{.blank = 4}, zeros{.zero_infinity = true};
  return {loss_example("odd", CtcLossSpec{}, {3, 7, 5}),
          loss_example("one_step", CtcLossSpec{}, {5, 1, 3}),
          loss_example("one_sequence", CtcLossSpec{}, {1, 11, 4}),
          loss_example("two_classes", CtcLossSpec{}, {7, 6, 2}),
          loss_example("several_hundred_rows", CtcLossSpec{}, {317, 5, 4}),
          loss_example("long", CtcLossSpec{}, {2, 61, 7}),
          loss_example("many_classes", CtcLossSpec{}, {3, 5, 67}),
          loss_example("last_is_blank", last_is_blank, {5, 8, 5}),
          loss_example("zero_infinity", zeros, {37, 6, 3}),
          loss_example("confident", CtcLossSpec{}, {5, 7, 5}, 10),
          loss_example("tiny", CtcLossSpec{}, {5, 7, 5}, 1e-6)};
}

}  // namespace twin
