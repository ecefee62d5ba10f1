#include <algorithm>
#include <cmath>

#include "shared/losses/multi_margin.hpp"

namespace twin {

std::vector<Prediction> MultiMarginLossSpec::mistakes(const LossValues& v) const {
  const auto classes = static_cast<std::size_t>(v.y.columns());
  const auto size = static_cast<double>(v.y.size());
  const auto steep = [&](double z) { return p == 2 ? 2 * std::max(0.0, z) : z > 0 ? 1.0 : 0.0; };
  // others(z): of a class k that is not t, z = gap - y_t + y_k; own(Σ others, number of them that are not 0).
  const auto of_rows = [&](double gap, std::int64_t shift, auto others, auto own) {
    std::vector<double> d(v.y.size());
    for (std::size_t first = 0; first < d.size(); first += classes) {
      const auto t = static_cast<std::size_t>(v.labels[first / classes] + shift) % classes;
      double sum = 0, violations = 0;
      for (std::size_t k = 0; k < classes; ++k) {
        if (k == t) continue;
        d[first + k] = others(gap - v.y[first + t] + v.y[first + k]) / size;
        sum += d[first + k];
        violations += d[first + k] != 0 ? 1 : 0;
      }
      d[first + t] = own(sum, violations);
    }
    return d;
  };
  const auto minus_sum = [](double sum, double) { return -sum; };
  const auto largest_alone = [&] {
    std::vector<double> d = of_rows(margin, 0, steep, minus_sum);
    for (std::size_t first = 0; first < d.size(); first += classes) {
      const auto t = static_cast<std::size_t>(v.labels[first / classes]);
      std::size_t rival = t == 0 && classes > 1 ? 1 : 0;
      for (std::size_t k = 0; k < classes; ++k)
        if (k != t && v.y[first + k] > v.y[first + rival]) rival = k;
      for (std::size_t k = 0; k < classes; ++k)
        if (k != t && k != rival) d[first + k] = 0;
      d[first + t] = rival == t ? 0 : -d[first + rival];
    }
    return d;
  };
  return {
      {"label_gradient_missing", "errorₙₜ = 0", "the score of the right class is taken for a constant",
       of_rows(margin, 0, steep, [](double, double) { return 0.0; })},
      {"label_gradient_counted_once", "errorₙₜ = -errorₙₖ of a single class k",
       "the right class stands in every term of its row, and gets the gradient of one",
       of_rows(margin, 0, steep,
               [](double sum, double violations) { return violations > 0 ? -sum / violations : 0.0; })},
      {"label_gradient_sign", "errorₙₜ = Σₖ errorₙₖ", "the right class is pushed down with the others",
       of_rows(margin, 0, steep, [](double sum, double) { return sum; })},
      {"own_class_counted", "errorₙₜ = -Σₖ errorₙₖ with k = t too",
       "the right class is counted among those that violate the margin",
       of_rows(margin, 0, steep, [&](double sum, double) { return -sum - steep(margin) / size; })},
      {"margin_missing", "error of max(0, yₙₖ - yₙₜ)ᵖ", "the margin is left out",
       of_rows(0, 0, steep, minus_sum)},
      {"margin_ignored", "error of max(0, 1 - yₙₜ + yₙₖ)ᵖ", "the margin is taken for 1",
       of_rows(1, 0, steep, minus_sum)},
      {"wrong_label", "error with the label t + 1", "the label's index is one too high",
       of_rows(margin, 1, steep, minus_sum)},
      {"only_largest", "errorₙₖ = 0 but for the largest yₙₖ",
       "the largest of the other classes alone gets a gradient: that is another hinge loss (Crammer and "
       "Singer 2001)",
       largest_alone()},
      {"margin_not_checked", "errorₙₖ = p·zᵖ⁻¹ / (N·K)", "classes beyond the margin get a gradient too",
       of_rows(
           margin, 0, [&](double z) { return p == 2 ? 2 * z : 1.0; }, minus_sum)},
      {"linear_hinge", "errorₙₖ = [z > 0] / (N·K)", "that is the gradient for p = 1",
       of_rows(
           margin, 0, [](double z) { return z > 0 ? 1.0 : 0.0; }, minus_sum)},
      {"squared_hinge", "errorₙₖ = 2·max(0, z) / (N·K)", "that is the gradient for p = 2",
       of_rows(
           margin, 0, [](double z) { return 2 * std::max(0.0, z); }, minus_sum)},
      {"power_not_derived", "errorₙₖ = max(0, z)ᵖ / (N·K)", "the power is not differentiated",
       of_rows(
           margin, 0, [&](double z) { return std::pow(std::max(0.0, z), static_cast<double>(p)); },
           minus_sum)},
      {"kink", "errorₙₖ = 1 / (N·K) where z = 0", "at the kink the gradient is 0",
       of_rows(
           margin, 0, [&](double z) { return p == 1 && z == 0 ? 1.0 : steep(z); }, minus_sum)},
  };
}

}  // namespace twin
