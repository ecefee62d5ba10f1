#include "shared/losses/l1.hpp"

namespace twin {

std::vector<Prediction> L1LossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) { return formula(v.y[k], v.targets[k]) / size; });
  };
  return {
      {"squared_error", "error = 2(y - t) / (N·F)", "that is the derivative of the squared error",
       of_each([](double y, double t) { return 2 * (y - t); })},
      {"sign_left_out", "error = (y - t) / (N·F)", "the difference stands where its sign belongs",
       of_each([](double y, double t) { return y - t; })},
      {"absolute_value_not_derived", "error = |y - t| / (N·F)", "the absolute value is not differentiated",
       of_each([&](double y, double t) { return sign(y - t) * (y - t); })},
      {"target_missing", "error = sign(y) / (N·F)", "the targets are left out",
       of_each([&](double y, double) { return sign(y); })},
      {"kink", "error = 1 / (N·F) where y = t",
       "at the kink the gradient is 0, not that of the right-hand side",
       of_each([&](double y, double t) { return y == t ? 1 : sign(y - t); })},
      {"kink", "error = -1 / (N·F) where y = t",
       "at the kink the gradient is 0, not that of the left-hand side",
       of_each([&](double y, double t) { return y == t ? -1 : sign(y - t); })},
  };
}

}  // namespace twin
