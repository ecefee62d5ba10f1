#include <algorithm>
#include <cmath>

#include "shared/losses/cross_entropy.hpp"

namespace twin {

std::vector<Prediction> CrossEntropyLossSpec::mistakes(const LossValues& v) const {
  const auto columns = static_cast<std::size_t>(v.y.columns());
  const std::size_t rows = v.labels.size();
  std::vector<double> p(v.y.size());
  for (std::size_t n = 0; n < rows; ++n) {
    const auto row = v.y.values.begin() + static_cast<std::ptrdiff_t>(n * columns);
    const double top = *std::max_element(row, row + static_cast<std::ptrdiff_t>(columns));
    double sum = 0;
    for (std::size_t k = n * columns; k < (n + 1) * columns; ++k) sum += p[k] = std::exp(v.y[k] - top);
    for (std::size_t k = n * columns; k < (n + 1) * columns; ++k) p[k] /= sum;
  }
  const auto counted = static_cast<double>(
      std::count_if(v.labels.begin(), v.labels.end(), [&](std::int64_t t) { return t != ignore_index; }));
  const auto hot = [&](std::size_t at, std::int64_t shift) {
    const std::int64_t classes = v.y.columns();
    const std::int64_t label = (v.labels[at / columns] + shift + classes) % classes;
    return static_cast<std::size_t>(label) == at % columns ? 1.0 : 0.0;
  };
  const auto each_logit = [&](auto formula) {
    return each(p.size(), [&](std::size_t at) {
      return v.labels[at / columns] == ignore_index ? 0.0 : formula(at) / counted;
    });
  };
  std::vector<Prediction> all{
      {"onehot_missing", "error = softmax(y) / N", "the one-hot label is not subtracted",
       each_logit([&](std::size_t at) { return p[at]; })},
      {"softmax_missing", "error = -onehot(t) / N", "the softmax is left out",
       each_logit([&](std::size_t at) { return -hot(at, 0); })},
      {"softmax_jacobian_missing", "error = -onehot(t) / (softmax(y)·N)",
       "that is the gradient by the probabilities: the derivative of the softmax is left out",
       each_logit([&](std::size_t at) { return -hot(at, 0) / p[at]; })},
      {"logits_for_softmax", "error = (y - onehot(t)) / N", "the logits stand where their softmax belongs",
       each_logit([&](std::size_t at) { return v.y[at] - hot(at, 0); })},
      {"wrong_label", "error = (softmax(y) - onehot(t + 1)) / N", "the label's index is one too high",
       each_logit([&](std::size_t at) { return p[at] - hot(at, 1); })},
      {"wrong_label", "error = (softmax(y) - onehot(t - 1)) / N", "the label's index is one too low",
       each_logit([&](std::size_t at) { return p[at] - hot(at, -1); })},
      {"extra_softmax_derivative", "error = (softmax(y) - onehot(t))·p(1 - p) / N",
       "p(1 - p) is in softmax(y) - onehot(t) already: the derivative of the softmax is applied twice",
       each_logit([&](std::size_t at) { return (p[at] - hot(at, 0)) * p[at] * (1 - p[at]); })},
      {"softmax_diagonal_only", "error = -onehot(t)·(1 - softmax(y)) / N",
       "only the diagonal of the softmax's Jacobian is there: the other classes get no gradient",
       each_logit([&](std::size_t at) { return -hot(at, 0) * (1 - p[at]); })},
  };
  if (counted < static_cast<double>(rows)) {
    const double share = counted / static_cast<double>(rows);
    all.push_back({"ignored_counted", "error = (softmax(y) - onehot(t)) / N with N all labels",
                   "the mean counts the labels that are ignored",
                   each_logit([&](std::size_t at) { return (p[at] - hot(at, 0)) * share; })});
    all.push_back({"ignored_not_masked", "error = softmax(y) / N where the label is ignored",
                   "a label that is ignored still gets a gradient", each(p.size(), [&](std::size_t at) {
                     const bool ignored = v.labels[at / columns] == ignore_index;
                     return (p[at] - (ignored ? 0 : hot(at, 0))) / counted;
                   })});
  }
  return all;
}

}  // namespace twin
