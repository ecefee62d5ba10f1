#include <algorithm>

#include "shared/losses/multi_label_margin.hpp"

namespace twin {

std::vector<Prediction> MultiLabelMarginLossSpec::mistakes(const LossValues& v) const {
  const auto classes = static_cast<std::size_t>(v.y.columns());
  const double share = 1 / static_cast<double>(v.y.size());
  struct Pair {
    double z;
    bool both;   // the sample has either class
    bool first;  // j is the first class of its row
  };
  // counts(pair): how often a pair of classes j, which a sample has, and k != j adds to the gradients; own:
  // the part of it that class j gets.
  const auto of_pairs = [&](auto counts, double own) {
    std::vector<double> d(v.y.size());
    for (std::size_t first = 0; first < d.size(); first += classes) {
      const auto begin = v.labels.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end = std::find(begin, begin + static_cast<std::ptrdiff_t>(classes), -1);
      for (auto label = begin; label != end; ++label)
        for (std::size_t k = 0; k < classes; ++k) {
          const auto j = static_cast<std::size_t>(*label);
          if (k == j) continue;
          const bool both = std::find(begin, end, static_cast<std::int64_t>(k)) != end;
          const double count = counts(Pair{1 - v.y[first + j] + v.y[first + k], both, label == begin});
          d[first + k] += count * share;
          d[first + j] -= count * share * own;
        }
    }
    return d;
  };
  const auto right = [](const Pair& pair) { return !pair.both && pair.z > 0 ? 1.0 : 0.0; };
  return {
      {"label_gradient_missing", "errorₙⱼ = 0", "the scores of the classes that a sample has are constants",
       of_pairs(right, 0)},
      {"label_gradient_sign", "errorₙⱼ = Σₖ[z > 0] / (N·K)", "all classes are pushed down",
       of_pairs(right, -1)},
      {"labels_against_each_other", "k is every class but j",
       "classes that the sample has are held against each other too",
       of_pairs([](const Pair& pair) { return pair.z > 0 ? 1.0 : 0.0; }, 1)},
      {"first_label_alone", "j is the first class of the row",
       "of the classes that a sample has, one alone counts",
       of_pairs([&](const Pair& pair) { return pair.first ? right(pair) : 0.0; }, 1)},
      {"margin_missing", "error of max(0, yₙₖ - yₙⱼ)", "the margin is left out",
       of_pairs([](const Pair& pair) { return !pair.both && pair.z > 1 ? 1.0 : 0.0; }, 1)},
      {"margin_not_checked", "errorₙₖ = Σⱼ 1 / (N·K)", "classes beyond the margin get a gradient too",
       of_pairs([](const Pair& pair) { return pair.both ? 0.0 : 1.0; }, 1)},
      {"squared_hinge", "errorₙₖ = Σⱼ 2·max(0, z) / (N·K)", "that is the derivative of the squared hinge",
       of_pairs([&](const Pair& pair) { return right(pair) * 2 * pair.z; }, 1)},
      {"hinge_not_derived", "errorₙₖ = Σⱼ max(0, z) / (N·K)", "the maximum is not differentiated",
       of_pairs([&](const Pair& pair) { return right(pair) * pair.z; }, 1)},
      {"kink", "errorₙₖ = Σⱼ [z >= 0] / (N·K)", "at the kink the gradient is 0",
       of_pairs([](const Pair& pair) { return !pair.both && pair.z >= 0 ? 1.0 : 0.0; }, 1)},
  };
}

}  // namespace twin
