#include <algorithm>

#include "shared/losses/squared_hinge.hpp"

namespace twin {

std::vector<Prediction> SquaredHingeLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  // formula(t, m, z), m = t·y, z = max(0, 1 - m)
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double t = v.targets[k], m = t * v.y[k];
      return formula(t, m, std::max(0.0, 1 - m)) / size;
    });
  };
  return {
      {"margin_missing", "error = -2t·max(0, -t·y) / (N·F)",
       "the margin is left out: what is right by little gets no gradient",
       of_each([](double t, double m, double) { return -2 * t * std::max(0.0, -m); })},
      {"margin_not_checked", "error = -2t·(1 - t·y) / (N·F)",
       "outputs beyond the margin are pulled back to it: that is the squared error",
       of_each([](double t, double m, double) { return -2 * t * (1 - m); })},
      {"linear_hinge", "error = -t·[t·y < 1] / (N·F)", "that is the derivative of the hinge without a square",
       of_each([](double t, double m, double) { return m < 1 ? -t : 0; })},
      {"linear_hinge", "error = -2t·[t·y < 1] / (N·F)", "the base of the square is lost",
       of_each([](double t, double m, double) { return m < 1 ? -2 * t : 0; })},
      {"target_missing", "error = -2·max(0, 1 - t·y) / (N·F)",
       "the inner derivative lacks t: all are pushed up",
       of_each([](double, double, double z) { return -2 * z; })},
      {"square_not_derived", "error = -t·max(0, 1 - t·y)² / (N·F)", "the square is not differentiated",
       of_each([](double t, double, double z) { return -t * z * z; })},
  };
}

}  // namespace twin
