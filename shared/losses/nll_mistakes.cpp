#include <cmath>

#include "shared/losses/nll.hpp"

namespace twin {

std::vector<Prediction> NllLossSpec::mistakes(const LossValues& v) const {
  const std::int64_t classes = v.y.columns();
  const auto columns = static_cast<std::size_t>(classes);
  const std::size_t rows = v.labels.size();
  const auto weight_of = [&](std::int64_t label) {
    return weight.empty() ? 1.0 : weight[static_cast<std::size_t>(label)];
  };
  double counted = 0, weights = 0;
  for (const std::int64_t label : v.labels) {
    if (label == ignore_index) continue;
    ++counted;
    weights += weight_of(label);
  }
  const double total = reduction == Reduction::mean ? weights : 1;
  const auto is_label = [&](std::size_t at, std::int64_t shift) {
    const std::int64_t label = (v.labels[at / columns] + shift + classes) % classes;
    return static_cast<std::size_t>(label) == at % columns;
  };
  // 0 in rows whose label is ignored, else formula(at, weight of the row's label)
  const auto each_output = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t at) {
      const std::int64_t label = v.labels[at / columns];
      return label == ignore_index ? 0.0 : formula(at, weight_of(label));
    });
  };
  const auto at_label = [&](auto formula, std::int64_t shift = 0) {
    return each_output([&](std::size_t at, double w) { return is_label(at, shift) ? formula(at, w) : 0.0; });
  };
  const auto softmax = [&](std::size_t at) {
    double sum = 0;
    for (std::size_t k = at / columns * columns, end = k + columns; k < end; ++k)
      sum += std::exp(v.y[k] - v.y[at]);
    return 1 / sum;
  };
  std::vector<Prediction> all{
      {"softmax_included", "error = w·(softmax(y) - onehot(t)) / Σw",
       "that is the gradient by logits: the log-softmax, a layer of its own, is differentiated twice",
       each_output([&](std::size_t at, double w) { return w * (softmax(at) - is_label(at, 0)) / total; })},
      {"logarithm_derived", "error = -w·onehot(t) / (y·Σw)",
       "the outputs are logarithms already: no other one is to be differentiated",
       at_label([&](std::size_t at, double w) { return -w / (v.y[at] * total); })},
      {"logarithm_derived", "error = -w·onehot(t) / (exp(y)·Σw)",
       "that is the gradient by the probabilities: the outputs are their logarithms",
       at_label([&](std::size_t at, double w) { return -w / (std::exp(v.y[at]) * total); })},
      {"onehot_missing", "error = -w / Σw in all classes", "only the label's output has a gradient",
       each_output([&](std::size_t, double w) { return -w / total; })},
      {"wrong_label", "error = -w·onehot(t + 1) / Σw", "the label's index is one too high",
       at_label([&](std::size_t, double w) { return -w / total; }, 1)},
      {"wrong_label", "error = -w·onehot(t - 1) / Σw", "the label's index is one too low",
       at_label([&](std::size_t, double w) { return -w / total; }, -1)},
      {"weight_missing", "error = -onehot(t) / Σw", "the weight of the label's class is left out",
       at_label([&](std::size_t, double) { return -1 / total; })},
      {"weight_missing", "error = -onehot(t) / N", "the weights are left out, of the mean too",
       at_label([&](std::size_t, double) { return -1 / (reduction == Reduction::mean ? counted : 1); })},
  };
  if (reduction == Reduction::mean) {
    all.push_back({"mean_over_labels", "error = -w·onehot(t) / N",
                   "the mean divides by the number of labels, not by the sum of their weights",
                   at_label([&](std::size_t, double w) { return -w / counted; })});
    if (weight.empty())
      all.push_back({"ignored_counted", "error = -onehot(t) / N with N all labels",
                     "the mean counts the labels that are ignored",
                     at_label([&](std::size_t, double) { return -1 / static_cast<double>(rows); })});
  }
  if (ignore_index >= 0 && ignore_index < classes)
    all.push_back({"ignored_not_masked", "error = -w·onehot(t) / Σw where the label is ignored too",
                   "a label that is ignored still gets a gradient", each(v.y.size(), [&](std::size_t at) {
                     return is_label(at, 0) ? -weight_of(v.labels[at / columns]) / total : 0.0;
                   })});
  return all;
}

}  // namespace twin
