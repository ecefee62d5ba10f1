#include "shared/compare/finite_differences.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "shared/compare/tolerances.hpp"

namespace twin {
namespace {

struct Estimate {
  double derivative;
  double error;
};

// `loss_at(t)` is the loss at θ + t·v.
Estimate directional_derivative(const std::function<double(double)>& loss_at, double h,
                                double loss_rounding) {
  const auto central = [&](double step) { return (loss_at(step) - loss_at(-step)) / (2 * step); };
  const double d1 = central(h);
  const double d2 = central(h / 2);
  const double d4 = central(h / 4);
  const double coarse = (4 * d2 - d1) / 3;
  const double fine = (4 * d4 - d2) / 3;
  // Each difference carries the rounding of two losses over its step; 4/3 and 1/3 weigh them.
  const double rounding = (4.0 / 3 * loss_rounding / (h / 4) + 1.0 / 3 * loss_rounding / (h / 2));
  return {fine, std::abs(fine - coarse) + rounding};
}

// A direction through a tensor: one entry, or ±1/√n in all of them.
using Direction = std::vector<std::pair<std::size_t, double>>;

std::vector<Direction> directions_through(std::int64_t size, const FiniteDifferenceOptions& options,
                                          std::uint32_t tensor_index) {
  const auto count = static_cast<std::size_t>(size);
  std::vector<Direction> result;
  if (size <= 2 * options.entries) {
    for (std::size_t i = 0; i < count; ++i) result.push_back({{i, 1.0}});
    return result;
  }
  const RandomStream choices(options.seed, Purpose::choices, tensor_index);
  for (std::int64_t k = 0; k < options.entries; ++k)
    result.push_back({{choices.below(static_cast<std::uint64_t>(k), count), 1.0}});
  const RandomStream signs(options.seed, Purpose::directions, tensor_index);
  for (std::int64_t k = 0; k < options.directions; ++k) {
    Direction direction(count);
    for (std::size_t i = 0; i < count; ++i) {
      const bool positive = signs.bits(static_cast<std::uint64_t>(k) * count + i) & 1;
      direction[i] = {i, (positive ? 1 : -1) / std::sqrt(static_cast<double>(count))};
    }
    result.push_back(std::move(direction));
  }
  return result;
}

// Judges one gradient tensor; `values` are moved along each direction and put back, `loss` reads them.
CheckRow judge_tensor(std::span<double> values, const Tensor& gradient, const std::function<double()>& loss,
                      const std::vector<Direction>& directions, double h, double loss_rounding) {
  const std::span<const double> g = gradient.data<double>();
  const std::vector<double> original(values.begin(), values.end());
  CheckRow row;
  std::size_t unchecked = 0;
  bool first = true;
  for (const Direction& direction : directions) {
    const auto loss_at = [&](double t) {
      for (const auto& [i, v] : direction) values[i] = original[i] + t * v;
      return loss();
    };
    const Estimate estimate = directional_derivative(loss_at, h, loss_rounding);
    double expected = 0;
    for (const auto& [i, v] : direction) {
      expected += g[i] * v;
      values[i] = original[i];
    }
    const double gap = std::abs(expected - estimate.derivative);
    if (!(gap <= estimate.error)) row.verdict = Verdict::fail;
    if (!(estimate.error <= tolerance::kCheckedShare * std::abs(expected))) ++unchecked;
    row.gap.scale = std::max(row.gap.scale, std::abs(estimate.derivative));
    // The row shows the probe that comes closest to its bound, or goes furthest beyond it.
    if (first || gap * row.bound > row.gap.max_abs * estimate.error) {
      row.gap.max_abs = gap;
      row.gap.index = static_cast<std::int64_t>(direction.front().first);
      row.gap.actual = expected;
      row.gap.reference = estimate.derivative;
      row.bound = estimate.error;
      first = false;
    }
  }
  row.unchecked_share =
      directions.empty() ? 1 : static_cast<double>(unchecked) / static_cast<double>(directions.size());
  if (row.verdict == Verdict::pass && unchecked == directions.size()) row.verdict = Verdict::unchecked;
  row.oracle = "finite_difference";
  row.tensor = gradient.name();
  return row;
}

}  // namespace

std::vector<CheckRow> judge_by_finite_differences(Network& network, std::string_view twin, const Batch& batch,
                                                  const Magnitude& loss_magnitude,
                                                  const FiniteDifferenceOptions& options) {
  const Gradients gradients = network.gradients(batch);
  const NamedTensors original = network.parameters();
  NamedTensors moved = original;
  const double rounding =
      tolerance::kLikelyRoundings * loss_magnitude.likely_error(unit_roundoff(DType::float64));

  std::vector<CheckRow> rows;
  std::uint32_t index = 0;
  const auto judge = [&](std::span<double> values, const Tensor& gradient, const char* quantity,
                         const std::function<double()>& loss) {
    rows.push_back(judge_tensor(values, gradient, loss, directions_through(gradient.size(), options, index++),
                                options.step, rounding));
    rows.back().quantity = quantity;
    rows.back().twin = twin;
  };
  for (Tensor& parameter : moved) {
    judge(parameter.data<double>(), gradients.parameters.at(parameter.name()), "gradient", [&] {
      network.load_parameters(moved);
      return network.loss(batch);
    });
  }
  network.load_parameters(original);

  const std::span<const double> inputs = batch.inputs.data<double>();
  std::vector<double> values(inputs.begin(), inputs.end());
  const Batch moved_batch{{DType::float64, batch.inputs.shape, values.data()}, batch.targets};
  judge(values, gradients.input, "input_gradient", [&] { return network.loss(moved_batch); });
  return rows;
}

}  // namespace twin
