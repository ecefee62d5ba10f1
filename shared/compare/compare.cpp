#include "shared/compare/compare.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "shared/errors.hpp"
#include "shared/terminal/table.hpp"

namespace twin {
namespace {

void expect_finite(const Tensor& tensor, const std::string& side) {
  const std::vector<double> values = tensor.to_doubles();
  const auto bad = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  if (bad != values.end())
    throw NumericError(fmt::format("{} holds {} at element {}", tensor.name(), *bad, bad - values.begin()),
                       side, "find out where it comes from: nothing compares with it");
}

void expect_comparable(const NamedTensors& actual, const NamedTensors& expected,
                       const CompareOptions& options) {
  for (const Tensor& tensor : actual)
    if (!expected.contains(tensor.name()))
      throw ShapeError(fmt::format("{} is in {} alone", tensor.name(), options.actual), {},
                       fmt::format("add it to {}, or leave it out of both", options.expected));
  for (const Tensor& tensor : expected) {
    const std::string& name = tensor.name();
    if (!actual.contains(name))
      throw ShapeError(fmt::format("{} is in {} alone", name, options.expected), {},
                       fmt::format("add it to {}, or leave it out of both", options.actual));
    const Tensor& other = actual.at(name);
    if (other.shape() != tensor.shape())
      throw ShapeError(fmt::format("{} is {} in {} and {} in {}", name, to_string(other.shape()),
                                   options.actual, to_string(tensor.shape()), options.expected));
    if (other.dtype() != tensor.dtype())
      throw ShapeError(fmt::format("{} is {} in {} and {} in {}", name, to_string(other.dtype()),
                                   options.actual, to_string(tensor.dtype()), options.expected),
                       {}, "convert one of them");
    if (tensor.size() == 0) throw ShapeError(fmt::format("{} is empty: there is nothing to compare", name));
    unit_roundoff(tensor.dtype());  // throws for integers
    expect_finite(other, options.actual);
    expect_finite(tensor, options.expected);
  }
  if (expected.size() == 0) throw ShapeError("there are no tensors to compare");
}

DiagnosisContext context_of(const CompareOptions& options) {
  return {options.actual,  options.expected,   options.batch_size,
          options.factors, options.parameters, options.previous};
}

CheckRow judge(const Tensor& actual, const Tensor& expected, const CompareOptions& options) {
  CheckRow row;
  row.twin = options.actual;
  row.oracle = options.expected;
  row.quantity = "gradient";
  row.tensor = expected.name();
  row.gap = difference(actual, expected);
  row.bound = options.roundings * unit_roundoff(expected.dtype()) * row.gap.scale;
  row.verdict = row.gap.max_abs <= row.bound ? Verdict::pass : Verdict::fail;
  return row;
}

}  // namespace

bool Comparison::match() const {
  return std::none_of(rows.begin(), rows.end(), std::mem_fn(&CheckRow::failed));
}

std::string Comparison::text() const {
  Table table({"tensor", "by", ">element", ">actual", ">expected", ">gap", ">relative", ">bound", ">ulp",
               ">cosine", ">norm ratio", "verdict"});
  for (const CheckRow& row : rows)
    table.add({row.twin.empty() ? row.tensor : fmt::format("{} of {}", row.tensor, row.twin), row.oracle,
               std::to_string(row.gap.index), fmt::format("{:.9g}", row.gap.actual),
               fmt::format("{:.9g}", row.gap.reference), fmt::format("{:.2g}", row.gap.max_abs),
               fmt::format("{:.2g}", row.gap.max_rel()), fmt::format("{:.2g}", row.bound),
               fmt::format("{:.3g}", row.gap.max_ulp), fmt::format("{:.6g}", row.gap.cosine),
               fmt::format("{:.6g}", row.gap.norm_ratio), std::string(to_string(row.verdict))});
  std::string text = table.terminal();
  if (!culprit.empty()) text += culprit + "\n";
  for (const Finding& finding : findings) text += finding.text + "\n";
  return text;
}

Comparison compare(const NamedTensors& actual, const NamedTensors& expected, const CompareOptions& options) {
  expect_comparable(actual, expected, options);
  Comparison result;
  for (const Tensor& tensor : expected)
    result.rows.push_back(judge(actual.at(tensor.name()), tensor, options));
  if (!result.match()) result.findings = diagnose(actual, expected, context_of(options));
  return result;
}

Comparison compare(const GradientFunction& actual, const GradientFunction& expected,
                   const NamedTensors& point, const CompareOptions& options, const LossFunction& loss) {
  const NamedTensors mine = actual(point);
  const NamedTensors reference = expected(point);
  Comparison result = compare(mine, reference, options);
  result.rows.push_back(judge_repetition(mine, actual(point), options.actual));
  result.rows.push_back(judge_repetition(reference, expected(point), options.expected));
  if (loss)
    for (const auto& [side, gradients] :
         {std::pair(options.actual, &mine), std::pair(options.expected, &reference)})
      for (CheckRow& row : judge_by_finite_differences(loss, point, *gradients, side))
        result.rows.push_back(std::move(row));
  result.culprit = culprit(result.rows, options.actual, options.expected);
  return result;
}

}  // namespace twin
