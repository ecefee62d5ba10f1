#include "shared/compare_networks/suspect.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace twin {
namespace {

// Its mark leaves no room for another explanation.
bool is_plain(const Hypothesis& hypothesis) {
  return hypothesis.cause == "zero" || hypothesis.cause == "sign" || hypothesis.cause == "float32_rounding" ||
         hypothesis.cause == "not_finite" ||
         (hypothesis.cause.starts_with("factor_") && hypothesis.cause != "factor_per_slice");
}

Hypothesis hypothesis_of(const Prediction& prediction, const std::string& times) {
  return {prediction.cause, fmt::format("{} computes {}{}", kManual, prediction.formula, times),
          prediction.meaning};
}

// The formulas that predict `actual` up to a constant factor: two mistakes in one place. A formula that
// predicts a multiple of the right values is left out: up to a factor it would fit any wrong factor.
std::vector<Hypothesis> written_up_to_a_factor(const Tensor& actual, const Tensor& expected,
                                               std::span<const Prediction> predictions) {
  const std::vector<double> values = actual.to_doubles(), right = expected.to_doubles();
  std::vector<Hypothesis> all;
  for (const Prediction& prediction : predictions) {
    if (predicts_times(prediction.values, right, DType::float64)) continue;
    const std::optional<double> c = predicts_times(prediction.values, values, DType::float64);
    if (c && *c != 1) all.push_back(hypothesis_of(prediction, fmt::format(", times {:.7g},", *c)));
  }
  return all;
}

}  // namespace

std::vector<Hypothesis> written(const Tensor& actual, std::span<const Prediction> predictions) {
  const std::vector<double> values = actual.to_doubles();
  std::vector<Hypothesis> all;
  for (const Prediction& prediction : predictions)
    if (predicts(prediction.values, values, DType::float64)) all.push_back(hypothesis_of(prediction, ""));
  return all;
}

std::vector<Hypothesis> supported_by(const Tensor& actual, const Tensor& expected,
                                     std::span<const Prediction> predictions,
                                     const DiagnosisContext& context) {
  std::vector<Hypothesis> marks = hypotheses(actual, expected, context);
  if (marks.empty() && !differs(actual, expected)) return {};
  const auto rest = std::stable_partition(marks.begin(), marks.end(), is_plain);
  std::vector<Hypothesis> all = written(actual, predictions);
  all.insert(all.end(), marks.begin(), rest);
  for (Hypothesis& hypothesis : written_up_to_a_factor(actual, expected, predictions))
    all.push_back(std::move(hypothesis));
  all.insert(all.end(), rest, marks.end());
  return all;
}

void prefer_what_was_left(std::vector<Suspect>& suspects) {
  for (Suspect& suspect : suspects)
    std::stable_partition(suspect.supported.begin(), suspect.supported.end(), [](const Hypothesis& h) {
      return h.cause == "accumulated" || h.cause == "stale" || h.cause == "added_previous";
    });
}

void keep_common(std::vector<Hypothesis>& hypotheses, std::span<const Hypothesis> others) {
  std::erase_if(hypotheses, [&](const Hypothesis& hypothesis) {
    return std::none_of(others.begin(), others.end(),
                        [&](const Hypothesis& other) { return other.cause == hypothesis.cause; });
  });
}

}  // namespace twin
