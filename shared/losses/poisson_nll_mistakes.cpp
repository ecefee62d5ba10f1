#include <cmath>

#include "shared/losses/poisson_nll.hpp"

namespace twin {

std::vector<Prediction> PoissonNllLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) { return formula(v.y[k], v.targets[k]) / size; });
  };
  const auto by_log_rate = [](double y, double t) { return std::exp(y) - t; };
  const auto by_rate = [&](double y, double t) { return 1 - t / (y + eps); };
  std::vector<Prediction> all{{"squared_error", "error = (y - t) / (N·F)",
                               "that is the derivative of half the squared error",
                               of_each([](double y, double t) { return y - t; })}};
  if (log_input) {
    all.push_back({"target_missing", "error = exp(y) / (N·F)", "the term -t·y is left out",
                   of_each([](double y, double) { return std::exp(y); })});
    all.push_back({"rate_for_log_rate", "error = (1 - t/(y + eps)) / (N·F)",
                   "the outputs are taken for rates, and are their logarithms", of_each(by_rate)});
    all.push_back({"derived_by_rate", "error = (1 - t/exp(y)) / (N·F)",
                   "that is the gradient by the rate: exp(y), its own derivative, is left out",
                   of_each([](double y, double t) { return 1 - t / std::exp(y); })});
    all.push_back({"exponential_not_derived", "error = (1 - t) / (N·F)", "the derivative of exp(y) is exp(y)",
                   of_each([](double, double t) { return 1 - t; })});
  } else {
    all.push_back({"target_missing", "error = 1 / (N·F)", "the term -t·log(y + eps) is left out",
                   of_each([](double, double) { return 1.0; })});
    all.push_back({"log_rate_for_rate", "error = (exp(y) - t) / (N·F)",
                   "the outputs are taken for logarithms of rates, and are the rates themselves",
                   of_each(by_log_rate)});
    all.push_back({"logarithm_not_derived", "error = (1 - t) / (N·F)",
                   "1/(y + eps), the derivative of the logarithm, is left out",
                   of_each([](double, double t) { return 1 - t; })});
    all.push_back({"derived_by_log_rate", "error = (y - t)·y/(y + eps) / (N·F)",
                   "that is the gradient by the logarithm of the rate: a factor y too much",
                   of_each([&](double y, double t) { return y * by_rate(y, t); })});
  }
  return all;
}

}  // namespace twin
