#include <algorithm>

#include "shared/losses/hinge.hpp"

namespace twin {

std::vector<Prediction> HingeLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  // formula(y, t, m), m = t·y
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double y = v.y[k], t = v.targets[k];
      return formula(y, t, t * y) / size;
    });
  };
  return {
      {"margin_missing", "error = -t·[t·y < 0] / (N·F)",
       "the margin is left out: what is right by little gets no gradient",
       of_each([](double, double t, double m) { return m < 0 ? -t : 0; })},
      {"margin_not_checked", "error = -t / (N·F)", "outputs beyond the margin get a gradient too",
       of_each([](double, double t, double) { return -t; })},
      {"wrong_side", "error = -t·[t·y > 1] / (N·F)", "outputs beyond the margin get the gradient, not others",
       of_each([](double, double t, double m) { return m > 1 ? -t : 0; })},
      {"target_missing", "error = -[t·y < 1] / (N·F)", "the inner derivative lacks t: all are pushed up",
       of_each([](double, double, double m) { return m < 1 ? -1 : 0; })},
      {"target_missing", "error = -t·[y < 1] / (N·F)", "the margin is asked for without t",
       of_each([](double y, double t, double) { return y < 1 ? -t : 0; })},
      {"outputs_for_targets", "error = -y·[t·y < 1] / (N·F)", "that is the derivative by t",
       of_each([](double y, double, double m) { return m < 1 ? -y : 0; })},
      {"squared_hinge", "error = -2t·max(0, 1 - t·y) / (N·F)", "that is the derivative of the squared hinge",
       of_each([](double, double t, double m) { return -2 * t * std::max(0.0, 1 - m); })},
      {"hinge_not_derived", "error = -t·max(0, 1 - t·y) / (N·F)", "the maximum is not differentiated",
       of_each([](double, double t, double m) { return -t * std::max(0.0, 1 - m); })},
      {"kink", "error = -t / (N·F) where t·y = 1", "at the kink the gradient is 0",
       of_each([](double, double t, double m) { return m <= 1 ? -t : 0; })},
  };
}

}  // namespace twin
