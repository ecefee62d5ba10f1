#include "shared/compare/finite_differences.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"

namespace twin {
namespace {

constexpr int kLevels = 4;       // steps that every derivative is computed with
constexpr int kMostLevels = 10;  // and with how many at most, where these are not sharp
constexpr double kShrink = 4;
constexpr double kNear = 0x1p-15;  // steps so much shorter meet few kinks

struct Estimate {
  double derivative = 0;
  double error = std::numeric_limits<double>::infinity();
};

// `loss_at(t)` is the loss at θ + t·v; `terms` is the sum of |g·v| over the entries of the direction.
Estimate directional_derivative(const std::function<double(double)>& loss_at, double largest_step,
                                double loss_rounding, double terms) {
  const double here = loss_at(0);
  Estimate best;
  std::vector<double> previous;
  double h = largest_step;
  for (int i = 0; i < kMostLevels; ++i, h /= kShrink) {
    const bool sharp = best.error <= tolerance::kSharpShare * std::abs(best.derivative);
    if (i >= kLevels && (sharp || loss_rounding / h > best.error)) break;
    const double ahead = loss_at(h), behind = loss_at(-h);
    std::vector<double> row{(ahead - behind) / (2 * h)};
    // loss_rounding is that of the loss at θ: what the step adds to it is rounded as well, each entry's part
    // of it before the parts cancel.
    const double added = std::max({std::abs(ahead - here), std::abs(behind - here), h * terms});
    double rounding = (loss_rounding + tolerance::kGateRoundings * unit_roundoff(DType::float64) * added) / h;
    double power = 1;
    for (std::size_t j = 1; j <= previous.size(); ++j) {
      power *= kShrink * kShrink;
      row.push_back(row[j - 1] + (row[j - 1] - previous[j - 1]) / (power - 1));
      rounding *= (power + 1) / (power - 1);
      const double truncation = std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - previous[j - 1]));
      if (truncation + rounding < best.error) best = {row[j], truncation + rounding};
    }
    previous = std::move(row);
  }
  return best;
}

// The noise of a computed loss along a direction: its values so close together that a smooth function is a
// line on them. Differences of order k take the line away, and of independent errors of deviation σ they have
// the mean square σ²·(2k)!/k!² (Hamming 1973; Moré and Wild 2011, "Estimating computational noise", eq. 3).
double loss_noise(const std::function<double(double)>& loss_at) {
  constexpr double kSpacing = 0x1p-36;
  std::vector<double> differences;
  for (int k = 0; k <= 8; ++k) differences.push_back(loss_at(kSpacing * k));
  double largest = 0, ratio = 1;
  for (int k = 1; k <= 5; ++k) {
    double squares = 0;
    for (std::size_t i = 0; i + 1 < differences.size(); ++i) {
      differences[i] = differences[i + 1] - differences[i];
      squares += differences[i] * differences[i];
    }
    differences.pop_back();
    ratio *= static_cast<double>(k) / (2.0 * (2 * k - 1));  // k!²/(2k)!
    if (k >= 3)
      largest = std::max(largest, std::sqrt(ratio * squares / static_cast<double>(differences.size())));
  }
  return largest;
}

struct Slopes {
  double left, right;  // of the loss on either side
  double rounding;
  double jump() const { return std::abs(right - left); }
  double lower() const { return std::min(left, right) - rounding; }
  double upper() const { return std::max(left, right) + rounding; }
};

Slopes slopes(const std::function<double(double)>& loss_at, double h, double loss_rounding) {
  const double here = loss_at(0);
  return {(here - loss_at(-h)) / h, (loss_at(h) - here) / h, 4 * loss_rounding / h};
}

// Whether there is a kink of which `slope` is a subgradient: slopes to the left and to the right at ever
// smaller steps, whose difference stays.
bool at_a_kink(double slope, const std::function<double(double)>& loss_at, double largest_step,
               double loss_rounding) {
  const double h = largest_step * 0x1p-9;
  const Slopes coarse = slopes(loss_at, h, loss_rounding), fine = slopes(loss_at, h / kShrink, loss_rounding);
  if (fine.jump() <= 8 * fine.rounding) return false;
  // A smooth loss would have lost three quarters of the difference.
  if (fine.jump() < 0.75 * coarse.jump()) return false;
  // Kinks beside this point look like one until the step is shorter than the way to them.
  const Slopes near = slopes(loss_at, kNear * h, loss_rounding);
  return slope >= std::max(fine.lower(), near.lower()) && slope <= std::min(fine.upper(), near.upper());
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

void leave_out(std::vector<Direction>& directions, const std::string& tensor,
               const FiniteDifferenceOptions& options) {
  if (!options.leaves_out) return;
  for (Direction& direction : directions)
    std::erase_if(direction, [&](const auto& entry) { return options.leaves_out(tensor, entry.first); });
  std::erase_if(directions, [](const Direction& direction) { return direction.empty(); });
}

Verdict worse(Verdict a, Verdict b) {
  for (const Verdict verdict : {Verdict::fail, Verdict::kink})
    if (a == verdict || b == verdict) return verdict;
  return Verdict::pass;
}

// Judges one gradient tensor; `values` are moved along each direction and put back, `loss` reads them.
CheckRow judge_tensor(std::span<double> values, const Tensor& gradient, const std::function<double()>& loss,
                      const std::vector<Direction>& directions, double largest_step, double known_rounding,
                      double least_rounding) {
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
    const double loss_rounding =
        known_rounding > 0 ? known_rounding
                           : std::max(least_rounding, tolerance::kLikelyRoundings * loss_noise(loss_at));
    double expected = 0, terms = 0;
    for (const auto& [i, v] : direction) {
      expected += g[i] * v;
      terms += std::abs(g[i] * v);
    }
    Estimate estimate = directional_derivative(loss_at, largest_step, loss_rounding, terms);
    const auto agrees = [&] {
      return std::isfinite(expected) && std::abs(expected - estimate.derivative) <= estimate.error;
    };
    if (!agrees()) {
      // Where the loss is full of kinks, entries of the tableau meet by chance now and then, at a slope that
      // the loss has nowhere. Then shorter steps contradict them.
      const Estimate near = directional_derivative(loss_at, kNear * largest_step, loss_rounding, terms);
      if (std::abs(near.derivative - estimate.derivative) > near.error + estimate.error) estimate = near;
    }
    const double gap = std::abs(expected - estimate.derivative);
    const Verdict verdict = agrees()                                                    ? Verdict::pass
                            : at_a_kink(expected, loss_at, largest_step, loss_rounding) ? Verdict::kink
                                                                                        : Verdict::fail;
    for (const auto& [i, v] : direction) values[i] = original[i];
    if (!(estimate.error <= tolerance::kCheckedShare * std::abs(expected))) ++unchecked;
    row.gap.scale = std::max(row.gap.scale, std::abs(estimate.derivative));
    // The row shows the probe that comes closest to its bound, or goes furthest beyond it.
    if (first || worse(verdict, row.verdict) != row.verdict ||
        (verdict == row.verdict && gap * row.bound > row.gap.max_abs * estimate.error)) {
      row.gap.max_abs = gap;
      row.gap.index = static_cast<std::int64_t>(direction.front().first);
      row.gap.actual = expected;
      row.gap.reference = estimate.derivative;
      row.bound = estimate.error;
      first = false;
    }
    row.verdict = worse(row.verdict, verdict);
  }
  row.unchecked_share =
      directions.empty() ? 1 : static_cast<double>(unchecked) / static_cast<double>(directions.size());
  if (row.verdict == Verdict::pass && unchecked == directions.size()) row.verdict = Verdict::unchecked;
  row.oracle = "finite_difference";
  row.quantity = "gradient";
  row.tensor = gradient.name();
  return row;
}

}  // namespace

std::vector<CheckRow> judge_by_finite_differences(const LossFunction& loss, const NamedTensors& point,
                                                  const NamedTensors& gradients, std::string_view twin,
                                                  const FiniteDifferenceOptions& options) {
  NamedTensors moved = point;
  const double here = loss(point);
  if (!std::isfinite(here))
    throw NumericError(fmt::format("the loss is {}", here), std::string(twin),
                       "finite differences need a point where it is finite");
  const double least = tolerance::kLossRoundings * unit_roundoff(DType::float64) * std::abs(here);
  std::vector<CheckRow> rows;
  std::uint32_t index = 0;
  for (const Tensor& gradient : gradients) {
    expect_tensor(point, gradient.name(), DType::float64, gradient.shape(), "the point");
    std::vector<Direction> directions = directions_through(gradient.size(), options, index++);
    leave_out(directions, gradient.name(), options);
    rows.push_back(judge_tensor(
        moved.at(gradient.name()).data<double>(), gradient, [&] { return loss(moved); }, directions,
        options.step, options.loss_rounding, least));
    rows.back().twin = twin;
  }
  return rows;
}

}  // namespace twin
