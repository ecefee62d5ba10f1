#include <algorithm>
#include <cmath>

#include "shared/losses/cross_entropy.hpp"

namespace twin {
namespace cross_entropy_mistakes {

std::vector<double> softmax(const Array& y) {
  const auto columns = static_cast<std::size_t>(y.columns());
  std::vector<double> p(y.size());
  for (std::size_t n = 0; n < p.size(); n += columns) {
    const auto row = y.values.begin() + static_cast<std::ptrdiff_t>(n);
    const double top = *std::max_element(row, row + static_cast<std::ptrdiff_t>(columns));
    double sum = 0;
    for (std::size_t k = n; k < n + columns; ++k) sum += p[k] = std::exp(y[k] - top);
    for (std::size_t k = n; k < n + columns; ++k) p[k] /= sum;
  }
  return p;
}

}  // namespace cross_entropy_mistakes

std::vector<Prediction> CrossEntropyLossSpec::mistakes(const LossValues& v) const {
  const std::int64_t classes = v.y.columns();
  const auto columns = static_cast<std::size_t>(classes);
  const std::size_t rows = v.labels.size();
  const std::vector<double> p = cross_entropy_mistakes::softmax(v.y);
  const auto weight_of = [&](std::size_t k) { return weight.empty() ? 1.0 : weight[k]; };
  const auto label_weight = [&](std::int64_t label) { return weight_of(static_cast<std::size_t>(label)); };
  double counted = 0, label_weights = 0, all_weights = 0;
  for (const std::int64_t label : v.labels) {
    if (label == ignore_index) continue;
    ++counted;
    label_weights += label_weight(label);
  }
  for (std::size_t k = 0; k < columns; ++k) all_weights += weight_of(k);
  const double total = reduction == Reduction::mean ? label_weights : 1;
  const auto hot = [&](std::size_t at, std::int64_t shift) {
    const std::int64_t label = (v.labels[at / columns] + shift + classes) % classes;
    return static_cast<std::size_t>(label) == at % columns ? 1.0 : 0.0;
  };
  // 0 in rows whose label is ignored, else formula(at, weight of the row's label)
  const auto each_logit = [&](auto formula) {
    return each(p.size(), [&](std::size_t at) {
      const std::int64_t label = v.labels[at / columns];
      return label == ignore_index ? 0.0 : formula(at, label_weight(label));
    });
  };
  // The right gradient is a·p - b: b is what the smoothed and weighted label asks for, a its sum over a row.
  const double spread = label_smoothing / static_cast<double>(classes);
  const auto a = [&](double w) { return ((1 - label_smoothing) * w + spread * all_weights) / total; };
  const auto b = [&](std::size_t at, double w, std::int64_t shift = 0) {
    return ((1 - label_smoothing) * w * hot(at, shift) + spread * weight_of(at % columns)) / total;
  };
  std::vector<Prediction> all{
      {"onehot_missing", "error = softmax(y) / N", "the one-hot label is not subtracted",
       each_logit([&](std::size_t at, double w) { return a(w) * p[at]; })},
      {"softmax_missing", "error = -onehot(t) / N", "the softmax is left out",
       each_logit([&](std::size_t at, double w) { return -b(at, w); })},
      {"softmax_jacobian_missing", "error = -onehot(t) / (softmax(y)·N)",
       "that is the gradient by the probabilities: the derivative of the softmax is left out",
       each_logit([&](std::size_t at, double w) { return -b(at, w) / p[at]; })},
      {"logits_for_softmax", "error = (y - onehot(t)) / N", "the logits stand where their softmax belongs",
       each_logit([&](std::size_t at, double w) { return a(w) * v.y[at] - b(at, w); })},
      {"wrong_label", "error = (softmax(y) - onehot(t + 1)) / N", "the label's index is one too high",
       each_logit([&](std::size_t at, double w) { return a(w) * p[at] - b(at, w, 1); })},
      {"wrong_label", "error = (softmax(y) - onehot(t - 1)) / N", "the label's index is one too low",
       each_logit([&](std::size_t at, double w) { return a(w) * p[at] - b(at, w, -1); })},
      {"extra_softmax_derivative", "error = (softmax(y) - onehot(t))·p(1 - p) / N",
       "p(1 - p) is in softmax(y) - onehot(t) already: the derivative of the softmax is applied twice",
       each_logit([&](std::size_t at, double w) { return (a(w) * p[at] - b(at, w)) * p[at] * (1 - p[at]); })},
      {"softmax_diagonal_only", "error = -onehot(t)·(1 - softmax(y)) / N",
       "only the diagonal of the softmax's Jacobian is there: the other classes get no gradient",
       each_logit([&](std::size_t at, double w) { return -b(at, w) * (1 - p[at]); })},
  };
  if (counted < static_cast<double>(rows)) {
    const double share = counted / static_cast<double>(rows);
    if (reduction == Reduction::mean)
      all.push_back({"ignored_counted", "error = (softmax(y) - onehot(t)) / N with N all labels",
                     "the mean counts the labels that are ignored", each_logit([&](std::size_t at, double w) {
                       return (a(w) * p[at] - b(at, w)) * share;
                     })});
    all.push_back({"ignored_not_masked", "error = softmax(y) / N where the label is ignored",
                   "a label that is ignored still gets a gradient", each(p.size(), [&](std::size_t at) {
                     const std::int64_t label = v.labels[at / columns];
                     return label == ignore_index
                                ? p[at] / total
                                : a(label_weight(label)) * p[at] - b(at, label_weight(label));
                   })});
  }
  if (!weight.empty()) {
    all.push_back({"weight_missing", "error = (softmax(y) - onehot(t)) / Σw",
                   "the weight of the label's class is left out", each_logit([&](std::size_t at, double) {
                     return (p[at] - (1 - label_smoothing) * hot(at, 0) - spread) / total;
                   })});
    all.push_back(
        {"weight_of_each_class", "error = w·(softmax(y) - onehot(t)) / Σw with w of the logit's class",
         "the weight is that of the label's class: it is the same for a whole row",
         each_logit([&](std::size_t at, double) {
           return weight_of(at % columns) * (p[at] - (1 - label_smoothing) * hot(at, 0) - spread) / total;
         })});
    if (reduction == Reduction::mean)
      all.push_back({"mean_over_labels", "error = w·(softmax(y) - onehot(t)) / N",
                     "the mean divides by the number of labels, not by the sum of their weights",
                     each_logit([&](std::size_t at, double w) {
                       return (a(w) * p[at] - b(at, w)) * total / counted;
                     })});
  }
  if (label_smoothing > 0) {
    all.push_back({"smoothing_missing", "error = (softmax(y) - onehot(t)) / N",
                   "the label is taken as it is, not smoothed",
                   each_logit([&](std::size_t at, double w) { return w * (p[at] - hot(at, 0)) / total; })});
    all.push_back({"smoothing_not_spread", "error = (softmax(y) - (1 - ε)·onehot(t)) / N",
                   "what is taken from the label is not given to the classes",
                   each_logit([&](std::size_t at, double w) {
                     return a(w) * p[at] - (1 - label_smoothing) * w * hot(at, 0) / total;
                   })});
    if (weight.empty() && classes > 1)
      all.push_back({"smoothing_over_others",
                     "error = (softmax(y) - (1 - ε)·onehot(t) - ε/(K - 1)·(1 - onehot(t))) / N",
                     "PyTorch spreads ε over all K classes, the label's own among them",
                     each_logit([&](std::size_t at, double) {
                       const double others = label_smoothing / static_cast<double>(classes - 1);
                       const double h = hot(at, 0);
                       return (p[at] - (1 - label_smoothing) * h - others * (1 - h)) / total;
                     })});
  }
  return all;
}

}  // namespace twin
