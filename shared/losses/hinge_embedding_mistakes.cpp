#include <algorithm>

#include "shared/losses/hinge_embedding.hpp"

namespace twin {

std::vector<Prediction> HingeEmbeddingLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<double>(v.y.size());
  const auto alike = static_cast<double>(std::count(v.targets.values.begin(), v.targets.values.end(), 1.0));
  // formula(y, t), t = 1 or -1
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) { return formula(v.y[k], v.targets[k]) / size; });
  };
  const auto right = [&](double y, double t) { return t > 0 ? 1.0 : y <= margin ? -1.0 : 0.0; };
  return {
      {"margin_not_checked", "error = t / (N·F)", "pairs beyond the margin are pushed on",
       of_each([](double, double t) { return t; })},
      {"margin_ignored", "error = (t = 1: 1; t = -1: -[y <= 1]) / (N·F)", "the margin is taken for 1",
       of_each([](double y, double t) { return t > 0    ? 1.0
                                               : y <= 1 ? -1.0
                                                        : 0.0; })},
      {"margin_missing", "error = (t = 1: 1; t = -1: -[y <= 0]) / (N·F)", "the margin is left out",
       of_each([](double y, double t) { return t > 0    ? 1.0
                                               : y <= 0 ? -1.0
                                                        : 0.0; })},
      {"wrong_side", "error = (t = 1: 1; t = -1: -[y > margin]) / (N·F)",
       "pairs beyond the margin get the gradient, not others", of_each([&](double y, double t) {
         return t > 0 ? 1.0 : y > margin ? -1.0 : 0.0;
       })},
      {"kinds_swapped", "error = (t = -1: 1; t = 1: -[y <= margin]) / (N·F)",
       "pairs that are alike are pushed apart, others drawn together",
       of_each([&](double y, double t) { return right(y, -t); })},
      {"alike_missing", "error = (t = 1: 0; t = -1: -[y <= margin]) / (N·F)",
       "pairs that are alike get no gradient",
       of_each([&](double y, double t) { return t > 0 ? 0.0 : right(y, t); })},
      {"unlike_missing", "error = (t = 1: 1; t = -1: 0) / (N·F)", "pairs that are not alike get no gradient",
       of_each([](double, double t) { return t > 0 ? 1.0 : 0.0; })},
      {"hinge_of_product", "error = -t·[t·y < margin] / (N·F)", "that is the hinge loss of a classifier",
       of_each([&](double y, double t) { return t * y < margin ? -t : 0.0; })},
      {"mean_of_each_kind", "error = 1 / (number of t = 1), -[y <= margin] / (number of t = -1)",
       "each kind of pair has a mean of its own",
       of_each([&](double y, double t) { return right(y, t) * size / (t > 0 ? alike : size - alike); })},
      {"kink", "error = 0 where t = -1 and y = margin", "at the kink the gradient is -1 / (N·F)",
       of_each([&](double y, double t) { return t < 0 && y == margin ? 0.0 : right(y, t); })},
  };
}

}  // namespace twin
