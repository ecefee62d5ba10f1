#include "shared/losses/mse.hpp"

namespace twin {

std::vector<Prediction> MseLossSpec::mistakes(const LossValues& v) const {
  const double scale = 2 / static_cast<double>(v.y.size());
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) { return scale * formula(v.y[k], v.targets[k]); });
  };
  return {
      {"absolute_error", "error = sign(y - t) / (N·F)", "that is the derivative of the absolute error",
       of_each([&](double y, double t) { return sign(y - t) / 2; })},
      {"target_missing", "error = 2y / (N·F)", "the targets are left out",
       of_each([](double y, double) { return y; })},
      {"square_not_derived", "error = (y - t)² / (N·F)", "the square is not differentiated",
       of_each([](double y, double t) { return (y - t) * (y - t) / 2; })},
      {"extra_sigmoid_derivative", "error = 2(y - t)·y(1 - y) / (N·F)",
       "the derivative of the sigmoid is in the loss, and comes again with the layer",
       of_each([](double y, double t) { return (y - t) * y * (1 - y); })},
  };
}

}  // namespace twin
