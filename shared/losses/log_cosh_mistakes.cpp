#include <cmath>

#include "shared/losses/log_cosh.hpp"

namespace twin {

std::vector<Prediction> LogCoshLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) { return formula(v.y[k] - v.targets[k]) / size; });
  };
  return {
      {"squared_error", "error = (y - t) / (N·F)",
       "that is the derivative of half the squared error: tanh is left out",
       of_each([](double d) { return d; })},
      {"absolute_error", "error = sign(y - t) / (N·F)", "that is the derivative of the absolute error",
       of_each([](double d) { return d > 0   ? 1.0
                                     : d < 0 ? -1.0
                                             : 0.0; })},
      {"logarithm_not_derived", "error = sinh(y - t) / (N·F)",
       "1/cosh, the derivative of the logarithm, is left out",
       of_each([](double d) { return std::sinh(d); })},
      {"derived_twice", "error = (1 - tanh²(y - t)) / (N·F)",
       "that is the derivative of tanh: the loss is differentiated twice",
       of_each([](double d) { return 1 - std::tanh(d) * std::tanh(d); })},
      {"second_exponential_missing", "error = exp(d) / (exp(d) + exp(-d)) / (N·F), d = y - t",
       "of the numerator exp(d) - exp(-d), the second term is left out",
       of_each([](double d) { return 1 / (1 + std::exp(-2 * d)); })},
      {"half_argument", "error = tanh((y - t) / 2) / (N·F)", "exp(2d) is taken for exp(d): that is 2σ(d) - 1",
       of_each([](double d) { return std::tanh(d / 2); })},
      {"target_missing", "error = tanh(y) / (N·F)", "the targets are left out",
       each(v.y.size(), [&](std::size_t k) { return std::tanh(v.y[k]) / size; })},
  };
}

}  // namespace twin
