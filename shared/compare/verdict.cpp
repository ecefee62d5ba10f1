#include "shared/compare/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"

namespace twin {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::kink:
      return "kink";
    case Verdict::unchecked:
      break;
  }
  return "unchecked";
}

namespace {

void expect_one_for_each(const Tensor& tensor, const std::vector<RunningError>& errors) {
  if (static_cast<std::int64_t>(errors.size()) != tensor.size())
    throw ShapeError(
        fmt::format("{}: {} bounds for {} elements", tensor.name(), errors.size(), tensor.size()));
}

// float32: `actual` may be as inexact as `expected`, not more.
CheckRow judge_as_inexact(const Tensor& actual, const Tensor& expected, const Tensor& exact) {
  CheckRow row;
  row.gap = difference(actual, exact);
  const Difference reference = difference(expected, exact);
  row.bound = tolerance::kFloat32Ratio * reference.max_abs +
              tolerance::kFloat32Floor * unit_roundoff(DType::float32) * reference.scale;
  if (!(row.gap.max_abs <= row.bound && std::isfinite(row.bound))) row.verdict = Verdict::fail;
  return row;
}

// The tensor with the exact value in place of every finite element that is not known.
Tensor without_unknown(const Tensor& tensor, const std::vector<double>& exact,
                       const std::vector<bool>& known) {
  std::vector<double> values = tensor.to_doubles();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!known[i] && std::isfinite(values[i])) values[i] = exact[i];
  return Tensor(tensor.name(), tensor.shape(), std::move(values)).as(tensor.dtype());
}

}  // namespace

double CheckRow::share() const {
  if (gap.max_abs == 0) return 0;
  return bound > 0 ? gap.max_abs / bound : std::numeric_limits<double>::infinity();
}

std::string culprit(const std::vector<CheckRow>& rows, std::string_view actual, std::string_view expected) {
  const auto any = [&](auto&& predicate) { return std::any_of(rows.begin(), rows.end(), predicate); };
  const auto judged_by_differences = [&](std::string_view twin, Verdict verdict) {
    return any([&](const CheckRow& row) {
      return row.twin == twin && row.oracle == "finite_difference" && row.verdict == verdict;
    });
  };
  const auto mismatch_in = [&](auto&&... quantities) {
    return any([&](const CheckRow& row) {
      return row.oracle == expected && row.failed() && ((row.quantity == quantities) || ...);
    });
  };
  const bool gradients_differ = mismatch_in("loss", "gradient", "input_gradient");
  const bool updates_differ = mismatch_in("weight", "optimizer_state", "buffer");
  const bool actual_fails = judged_by_differences(actual, Verdict::fail);
  const bool expected_fails = judged_by_differences(expected, Verdict::fail);
  if (actual_fails && expected_fails)
    return fmt::format("Finite differences agree neither with {} nor with {}.", actual, expected);
  if (actual_fails) return fmt::format("Finite differences side with {}: {} is wrong.", expected, actual);
  if (expected_fails) return fmt::format("Finite differences side with {}: {} is wrong.", actual, expected);
  if (gradients_differ && judged_by_differences(actual, Verdict::pass) &&
      judged_by_differences(expected, Verdict::pass))
    return fmt::format(
        "Finite differences confirm both gradients, each for its own loss: {} and {} compute different "
        "functions.",
        actual, expected);
  const bool asked = any([](const CheckRow& row) { return row.oracle == "finite_difference"; });
  if (gradients_differ && !asked) return "";
  if (gradients_differ)
    return fmt::format("{} and {} differ, and no finite difference says which is wrong.", actual, expected);
  if (updates_differ)
    return fmt::format(
        "The gradients agree, what a step leaves behind does not: the update of {} or {} is wrong.", actual,
        expected);
  if (mismatch_in("output"))
    return fmt::format(
        "The steps agree, the outputs in evaluation mode do not: the evaluation of {} or {} is wrong.",
        actual, expected);
  return "";
}

CheckRow judge_repetition(const NamedTensors& first, const NamedTensors& second, std::string_view twin) {
  CheckRow worst;
  for (const Tensor& tensor : first) {
    const Difference gap = difference(second.at(tensor.name()), tensor);
    if (!worst.tensor.empty() && gap.max_abs <= worst.gap.max_abs) continue;
    worst.tensor = tensor.name();
    worst.gap = gap;
  }
  if (worst.gap.max_abs > 0) worst.verdict = Verdict::fail;
  worst.twin = twin;
  worst.oracle = "itself";
  worst.quantity = "gradient";
  return worst;
}

CheckRow judge_float64(const Tensor& actual, const Tensor& expected,
                       const std::vector<RunningError>& errors) {
  expect_one_for_each(expected, errors);
  // Below the normal numbers a result has fewer digits, or is 0: rounding errors are not relative there.
  constexpr double kUnderflow = std::numeric_limits<double>::min();
  const double u = unit_roundoff(DType::float64);
  const std::vector<double> a = actual.to_doubles();
  const std::vector<double> o = expected.to_doubles();
  CheckRow row;
  row.gap = difference(actual, expected);
  row.bound = kUnderflow + tolerance::kGateRoundings * u * row.gap.scale;
  bool within_bounds = true;
  std::size_t unchecked = 0;
  for (std::size_t i = 0; i < o.size(); ++i) {
    const double bound = tolerance::kBoundSides * errors[i].error_bound(u);
    const double gap = std::abs(a[i] - o[i]);
    within_bounds = within_bounds && gap <= bound + kUnderflow;  // false for NaN
    if (gap > 0) row.derived_share = std::max(row.derived_share, gap / (bound + kUnderflow));
    if (!(bound <= tolerance::kCheckedShare * std::abs(o[i]))) ++unchecked;
    row.bound = std::max(row.bound, tolerance::kLikelyRoundings * errors[i].likely_error(u));
  }
  row.unchecked_share = o.empty() ? 1 : static_cast<double>(unchecked) / static_cast<double>(o.size());
  // A gap that is not finite (NaN, or an infinity) fails whatever the bound, which may be infinite itself.
  if (!within_bounds || !(row.gap.max_abs <= row.bound) || !std::isfinite(row.gap.max_abs))
    row.verdict = Verdict::fail;
  else
    row.verdict = unchecked == o.size() ? Verdict::unchecked : Verdict::pass;
  return row;
}

CheckRow judge_float32(const Tensor& actual, const Tensor& expected, const Tensor& exact,
                       const std::vector<RunningError>& errors) {
  expect_one_for_each(exact, errors);
  const double u = unit_roundoff(DType::float32);
  CheckRow row = judge_as_inexact(actual, expected, exact);
  const std::vector<double> a = actual.to_doubles();
  const std::vector<double> e = exact.to_doubles();
  for (std::size_t i = 0; i < e.size(); ++i)
    if (const double gap = std::abs(a[i] - e[i]); gap > 0)
      row.derived_share = std::max(row.derived_share, gap / errors[i].error_bound(u));
  if (!row.failed()) return row;

  std::vector<bool> known;
  double excuse = 0;
  for (const RunningError& error : errors) {
    const double likely = error.likely_error(u);
    known.push_back(std::isfinite(likely));
    if (known.back()) excuse = std::max(excuse, tolerance::kFloat32Excuse * likely);
  }
  const auto unknown = static_cast<double>(std::count(known.begin(), known.end(), false));
  if (unknown > 0) {
    const double derived_share = row.derived_share;
    row = judge_as_inexact(without_unknown(actual, e, known), without_unknown(expected, e, known), exact);
    row.derived_share = derived_share;
    row.unchecked_share = unknown / static_cast<double>(known.size());
    if (!row.failed()) {
      if (row.unchecked_share == 1) row.verdict = Verdict::unchecked;
      return row;
    }
  }
  row.bound = std::max(row.bound, excuse);
  row.unchecked_share = 1;
  row.verdict = row.gap.max_abs <= excuse ? Verdict::unchecked : Verdict::fail;
  return row;
}

}  // namespace twin
