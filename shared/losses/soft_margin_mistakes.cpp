#include <cmath>

#include "shared/losses/soft_margin.hpp"

namespace twin {

std::vector<Prediction> SoftMarginLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  // formula(y, t, q), q = σ(-t·y)
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double y = v.y[k], t = v.targets[k];
      return formula(y, t, sigmoid(-t * y)) / size;
    });
  };
  return {
      {"target_missing", "error = -σ(-t·y) / (N·F)", "the inner derivative lacks t: all are pushed up",
       of_each([](double, double, double q) { return -q; })},
      {"target_missing", "error = -t·σ(-y) / (N·F)", "the sigmoid is taken of y without t",
       of_each([&](double y, double t, double) { return -t * sigmoid(-y); })},
      {"sigmoid_mirrored", "error = -t·σ(t·y) / (N·F)",
       "a sign in the exponent is wrong: what is right is pushed",
       of_each([](double, double t, double q) { return -t * (1 - q); })},
      {"targets_taken_for_probabilities", "error = (σ(y) - t) / (N·F)",
       "that is the gradient of the binary cross-entropy, whose targets are 1 and 0, not 1 and -1",
       of_each([&](double y, double t, double) { return sigmoid(y) - t; })},
      {"logarithm_not_derived", "error = -t·exp(-t·y) / (N·F)",
       "the derivative of the logarithm, 1 / (1 + exp(-t·y)), is left out",
       of_each([](double y, double t, double) { return -t * std::exp(-t * y); })},
      {"extra_sigmoid_derivative", "error = -t·σ(-t·y)·σ(t·y) / (N·F)",
       "the derivative of the sigmoid is multiplied in, which is no part of it",
       of_each([](double, double t, double q) { return -t * q * (1 - q); })},
      {"outputs_for_targets", "error = -y·σ(-t·y) / (N·F)", "that is the derivative by t",
       of_each([](double y, double, double q) { return -y * q; })},
      {"hinge", "error = -t·[t·y < 1] / (N·F)", "that is the derivative of the hinge loss",
       of_each([](double y, double t, double) { return t * y < 1 ? -t : 0.0; })},
  };
}

}  // namespace twin
