#include <algorithm>

#include "shared/losses/bce.hpp"

namespace twin {

std::vector<Prediction> BceLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  // formula(y, t, y·(1 - y))
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double y = v.y[k];
      return formula(y, v.targets[k], std::max(y * (1 - y), kSmallestVariance)) / size;
    });
  };
  return {
      {"gradient_by_logits", "error = (y - t) / (N·F)",
       "that is the gradient by the logits: the sigmoid, a layer of its own, is differentiated twice",
       of_each([](double y, double t, double) { return y - t; })},
      {"target_missing", "error = y / (y(1 - y)) / (N·F)", "the targets are left out",
       of_each([](double y, double, double variance) { return y / variance; })},
      {"negative_term_missing", "error = -t/y / (N·F)",
       "the term (1 - t)·log(1 - y) is left out: what should be 0 is not pushed down",
       of_each([](double y, double t, double variance) { return -t * (1 - y) / variance; })},
      {"positive_term_missing", "error = (1 - t)/(1 - y) / (N·F)",
       "the term t·log y is left out: what should be 1 is not pushed up",
       of_each([](double y, double t, double variance) { return (1 - t) * y / variance; })},
      {"inner_sign", "error = (-t/y - (1 - t)/(1 - y)) / (N·F)",
       "the derivative of 1 - y is -1: its sign is left out",
       of_each([](double y, double t, double variance) { return (-t * (1 - y) - (1 - t) * y) / variance; })},
      {"one_and_zero_swapped", "error = (y - (1 - t)) / (y(1 - y)) / (N·F)", "t and 1 - t are exchanged",
       of_each([](double y, double t, double variance) { return (y - (1 - t)) / variance; })},
      {"logarithm_not_derived", "error = (1 - 2t) / (N·F)",
       "1/y and 1/(1 - y), the derivatives of the logarithms, are left out",
       of_each([](double, double t, double) { return 1 - 2 * t; })},
  };
}

}  // namespace twin
