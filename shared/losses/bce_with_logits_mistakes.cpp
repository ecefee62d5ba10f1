#include <cmath>

#include "shared/losses/bce_with_logits.hpp"

namespace twin {

std::vector<Prediction> BceWithLogitsLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  const auto columns = static_cast<std::size_t>(v.y.columns());
  const auto weight_at = [&](std::size_t k) {
    return pos_weight.empty() ? 1.0 : pos_weight[pos_weight.size() == 1 ? 0 : k % columns];
  };
  // formula(y, p, t, q), p = σ(y), q the weight of what should be 1
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      return formula(v.y[k], 1 / (1 + std::exp(-v.y[k])), v.targets[k], weight_at(k)) / size;
    });
  };
  const auto right = [](double p, double t, double q) { return (1 - t) * p - q * t * (1 - p); };
  std::vector<Prediction> all{
      {"extra_sigmoid_derivative", "error = (σ(y) - t)·σ(y)(1 - σ(y)) / (N·F)",
       "p(1 - p) cancels against the logarithm's 1/p: the derivative of the sigmoid is applied twice",
       of_each([&](double, double p, double t, double q) { return right(p, t, q) * p * (1 - p); })},
      {"sigmoid_derivative_missing", "error = (σ(y) - t) / (σ(y)(1 - σ(y))) / (N·F)",
       "that is the gradient by the probabilities: the derivative of the sigmoid is left out",
       of_each([&](double, double p, double t, double q) { return right(p, t, q) / (p * (1 - p)); })},
      {"logits_for_sigmoid", "error = (y - t) / (N·F)", "the logits stand where their sigmoid belongs",
       of_each([&](double y, double, double t, double q) { return right(y, t, q); })},
      {"target_missing", "error = σ(y) / (N·F)", "the targets are left out",
       of_each([](double, double p, double, double) { return p; })},
      {"negative_term_missing", "error = -t(1 - σ(y)) / (N·F)",
       "the term (1 - t)·log(1 - σ(y)) is left out: what should be 0 is not pushed down",
       of_each([](double, double p, double t, double q) { return -q * t * (1 - p); })},
      {"positive_term_missing", "error = (1 - t)·σ(y) / (N·F)",
       "the term t·log σ(y) is left out: what should be 1 is not pushed up",
       of_each([](double, double p, double t, double) { return (1 - t) * p; })},
      {"one_and_zero_swapped", "error = (σ(y) - (1 - t)) / (N·F)", "t and 1 - t are exchanged",
       of_each([&](double, double p, double t, double q) { return right(p, 1 - t, q); })},
      {"one_and_zero_swapped", "error = (1 - σ(y) - t) / (N·F)",
       "1 - σ(y) stands where σ(y) belongs: a sign in the exponent is wrong",
       of_each([&](double, double p, double t, double q) { return right(1 - p, t, q); })},
  };
  if (!pos_weight.empty()) {
    all.push_back({"pos_weight_missing", "error = (σ(y) - t) / (N·F)",
                   "the weight of what should be 1 is left out",
                   of_each([](double, double p, double t, double) { return p - t; })});
    all.push_back({"pos_weight_for_all", "error = pos_weight·(σ(y) - t) / (N·F)",
                   "the weight is that of what should be 1, and is given to what should be 0 as well",
                   of_each([](double, double p, double t, double q) { return q * (p - t); })});
    all.push_back(
        {"pos_weight_on_zeros", "error = (pos_weight·(1 - t)·σ(y) - t(1 - σ(y))) / (N·F)",
         "the weight is that of what should be 1, and is given to what should be 0",
         of_each([](double, double p, double t, double q) { return q * (1 - t) * p - t * (1 - p); })});
  }
  return all;
}

}  // namespace twin
