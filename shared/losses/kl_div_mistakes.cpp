#include <cmath>

#include "shared/losses/kl_div.hpp"

namespace twin {

std::vector<Prediction> KlDivLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(static_cast<double>(v.y.shape.at(0)), static_cast<double>(v.y.size()));
  // formula(y, t, log t), t the probability
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const double given = v.targets[k];
      return log_target ? formula(v.y[k], std::exp(given), given) / size
                        : formula(v.y[k], given, std::log(given)) / size;
    });
  };
  std::vector<Prediction> all{
      {"softmax_included", "error = (exp(y) - t) / n",
       "that is the gradient by logits: the log-softmax, a layer of its own, is differentiated twice",
       of_each([](double y, double t, double) { return std::exp(y) - t; })},
      {"derived_by_target", "error = (log t + 1 - y) / n", "that is the gradient by the targets",
       of_each([](double y, double, double log_t) { return log_t + 1 - y; })},
      {"divergence_reversed", "error = exp(y)·(y - log t + 1) / n",
       "that is the gradient of the divergence of the targets from the outputs: the two are exchanged",
       of_each([](double y, double, double log_t) { return std::exp(y) * (y - log_t + 1); })},
      {"logarithm_derived", "error = -t / exp(y) / n",
       "that is the gradient by the probabilities: the outputs are their logarithms",
       of_each([](double y, double t, double) { return -t / std::exp(y); })},
      {"logarithm_derived", "error = -t / y / n",
       "the outputs are logarithms already: no other one is to be differentiated",
       of_each([](double y, double t, double) { return -t / y; })},
  };
  if (log_target)
    all.push_back({"exp_missing", "error = -t / n with t the logarithms",
                   "the targets are logarithms: their exponential is left out",
                   of_each([](double, double, double log_t) { return -log_t; })});
  else
    all.push_back({"exp_too_many", "error = -exp(t) / n", "the targets are probabilities, no logarithms",
                   of_each([](double, double t, double) { return -std::exp(t); })});
  return all;
}

}  // namespace twin
