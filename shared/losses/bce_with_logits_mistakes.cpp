#include <cmath>

#include "shared/losses/bce_with_logits.hpp"

namespace twin {

std::vector<Prediction> BceWithLogitsLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  // formula(y, p, t), p = σ(y)
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      return formula(v.y[k], 1 / (1 + std::exp(-v.y[k])), v.targets[k]) / size;
    });
  };
  return {
      {"extra_sigmoid_derivative", "error = (σ(y) - t)·σ(y)(1 - σ(y)) / (N·F)",
       "p(1 - p) cancels against the logarithm's 1/p: the derivative of the sigmoid is applied twice",
       of_each([](double, double p, double t) { return (p - t) * p * (1 - p); })},
      {"sigmoid_derivative_missing", "error = (σ(y) - t) / (σ(y)(1 - σ(y))) / (N·F)",
       "that is the gradient by the probabilities: the derivative of the sigmoid is left out",
       of_each([](double, double p, double t) { return (p - t) / (p * (1 - p)); })},
      {"logits_for_sigmoid", "error = (y - t) / (N·F)", "the logits stand where their sigmoid belongs",
       of_each([](double y, double, double t) { return y - t; })},
      {"target_missing", "error = σ(y) / (N·F)", "the targets are left out",
       of_each([](double, double p, double) { return p; })},
      {"negative_term_missing", "error = -t(1 - σ(y)) / (N·F)",
       "the term (1 - t)·log(1 - σ(y)) is left out: what should be 0 is not pushed down",
       of_each([](double, double p, double t) { return -t * (1 - p); })},
      {"positive_term_missing", "error = (1 - t)·σ(y) / (N·F)",
       "the term t·log σ(y) is left out: what should be 1 is not pushed up",
       of_each([](double, double p, double t) { return (1 - t) * p; })},
      {"one_and_zero_swapped", "error = (σ(y) - (1 - t)) / (N·F)", "t and 1 - t are exchanged",
       of_each([](double, double p, double t) { return p - (1 - t); })},
      {"one_and_zero_swapped", "error = (1 - σ(y) - t) / (N·F)",
       "1 - σ(y) stands where σ(y) belongs: a sign in the exponent is wrong",
       of_each([](double, double p, double t) { return 1 - p - t; })},
  };
}

}  // namespace twin
