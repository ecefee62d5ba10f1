#include "shared/compare_networks/kinks.hpp"

#include <algorithm>
#include <cmath>

namespace twin {
namespace {

// Each costs a step with bounds. Of decisions within their bound, rounding turns the closest around: errors
// are a few hundredths of their bounds.
constexpr std::size_t kDecisionsTried = 8;

Tensor values_of(const Tensor& like, const std::vector<RunningError>& bounded) {
  std::vector<double> values;
  for (const RunningError& x : bounded) values.push_back(x.value);
  return {like.name(), like.shape(), std::move(values)};
}

// Σ |side - x|: what turning one decision around takes away, no other puts back.
double distance(const Tensor& side, const std::vector<RunningError>& bounded) {
  const std::vector<double> values = side.to_doubles();
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += std::abs(values[i] - bounded[i].value);
  return sum;
}

}  // namespace

const StepErrors& Kinks::step(const std::vector<std::int64_t>& turned) {
  const auto found = steps_.find(turned);
  return found != steps_.end() ? found->second : steps_.emplace(turned, compute_(turned)).first->second;
}

bool Kinks::fits(const Tensor& side, const std::vector<std::int64_t>& turned, const Select& select) {
  const std::vector<RunningError> bounded = select(step(turned));
  const Tensor exact = values_of(side, bounded);
  const CheckRow row = side.dtype() == DType::float32 ? judge_float32(side, exact, exact, bounded)
                                                      : judge_float64(side, exact, bounded);
  return !row.failed();
}

std::vector<std::int64_t> Kinks::turned_towards(const Tensor& side, const Select& select) {
  std::vector<CloseDecision> closest = errors().too_close;
  std::stable_sort(closest.begin(), closest.end(),
                   [](const CloseDecision& a, const CloseDecision& b) { return a.margin < b.margin; });
  closest.resize(std::min(closest.size(), kDecisionsTried));
  std::vector<std::int64_t> turned;
  double nearest = distance(side, select(errors()));
  for (const CloseDecision& decision : closest) {
    std::vector<std::int64_t> tried = turned;
    tried.insert(std::lower_bound(tried.begin(), tried.end(), decision.number), decision.number);
    const double now = distance(side, select(step(tried)));
    if (!(now < nearest)) continue;
    nearest = now;
    turned = std::move(tried);
  }
  return turned;
}

bool Kinks::explain(const Tensor& manual, const Tensor& autograd, const Select& select) {
  if (errors().too_close.empty()) return false;
  bool untouched = true;
  for (const Tensor* side : {&manual, &autograd}) {
    if (fits(*side, {}, select)) continue;
    untouched = false;
    if (!fits(*side, turned_towards(*side, select), select)) return false;
  }
  return !untouched;
}

}  // namespace twin
