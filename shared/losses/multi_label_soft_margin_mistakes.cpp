#include <cmath>

#include "shared/losses/multi_label_soft_margin.hpp"

namespace twin {

std::vector<Prediction> MultiLabelSoftMarginLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  const auto classes = static_cast<std::size_t>(v.y.columns());
  // formula(p, t), p = σ(y)
  const auto of_each = [&](auto formula) {
    return each(v.y.size(),
                [&](std::size_t k) { return formula(1 / (1 + std::exp(-v.y[k])), v.targets[k]) / size; });
  };
  const auto softmax_for_sigmoid = [&] {
    std::vector<double> d(v.y.size());
    for (std::size_t first = 0; first < d.size(); first += classes) {
      double top = v.y[first], sum = 0;
      for (std::size_t k = first; k < first + classes; ++k) top = std::fmax(top, v.y[k]);
      for (std::size_t k = first; k < first + classes; ++k) sum += std::exp(v.y[k] - top);
      for (std::size_t k = first; k < first + classes; ++k)
        d[k] = (std::exp(v.y[k] - top) / sum - v.targets[k]) / size;
    }
    return d;
  };
  return {
      {"extra_sigmoid_derivative", "error = (σ(y) - t)·σ(y)(1 - σ(y)) / (N·K)",
       "p(1 - p) cancels against the logarithm's 1/p: the derivative of the sigmoid is applied twice",
       of_each([](double p, double t) { return (p - t) * p * (1 - p); })},
      {"sigmoid_derivative_missing", "error = (σ(y) - t) / (σ(y)(1 - σ(y))) / (N·K)",
       "that is the gradient by the probabilities: the derivative of the sigmoid is left out",
       of_each([](double p, double t) { return (p - t) / (p * (1 - p)); })},
      {"softmax_for_sigmoid", "error = (softmax(y) - t) / (N·K)",
       "the classes share one probability: here each has its own", softmax_for_sigmoid()},
      {"target_missing", "error = σ(y) / (N·K)", "the targets are left out",
       of_each([](double p, double) { return p; })},
      {"negative_term_missing", "error = -t(1 - σ(y)) / (N·K)",
       "the term (1 - t)·log σ(-y) is left out: classes that a sample has not are not pushed down",
       of_each([](double p, double t) { return -t * (1 - p); })},
      {"positive_term_missing", "error = (1 - t)·σ(y) / (N·K)",
       "the term t·log σ(y) is left out: classes that a sample has are not pushed up",
       of_each([](double p, double t) { return (1 - t) * p; })},
      {"one_and_zero_swapped", "error = (σ(y) - (1 - t)) / (N·K)", "t and 1 - t are exchanged",
       of_each([](double p, double t) { return p - (1 - t); })},
      {"one_and_zero_swapped", "error = (1 - σ(y) - t) / (N·K)",
       "1 - σ(y) stands where σ(y) belongs: a sign in the exponent is wrong",
       of_each([](double p, double t) { return 1 - p - t; })},
  };
}

}  // namespace twin
