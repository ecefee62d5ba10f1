#include <cmath>

#include "shared/losses/cosine_embedding.hpp"

namespace twin {

std::vector<Prediction> CosineEmbeddingLossSpec::mistakes(const LossValues& v) const {
  const auto size = static_cast<std::size_t>(v.y.columns());
  const std::size_t pairs = v.targets.size();
  struct Pair {
    double cos, m1, m2;
  };
  // coefficient(cos, t): c·N; formula(own, other, m_own, pair): the gradient of the cosine.
  const auto of_pairs = [&](auto coefficient, auto formula) {
    std::vector<double> d(v.y.size());
    for (std::size_t n = 0; n < pairs; ++n) {
      const std::size_t first = 2 * n * size, second = first + size;
      double dot = 0;
      Pair pair{0, kSmallest, kSmallest};
      for (std::size_t i = 0; i < size; ++i) {
        const double x1 = v.y[first + i], x2 = v.y[second + i];
        dot += x1 * x2;
        pair.m1 += x1 * x1;
        pair.m2 += x2 * x2;
      }
      pair.cos = dot / std::sqrt(pair.m1 * pair.m2);
      const double c = coefficient(pair.cos, v.targets[n]) / static_cast<double>(pairs);
      for (std::size_t i = 0; i < size; ++i) {
        const double x1 = v.y[first + i], x2 = v.y[second + i];
        d[first + i] = c * formula(x1, x2, pair.m1, pair);
        d[second + i] = c * formula(x2, x1, pair.m2, pair);
      }
    }
    return d;
  };
  const auto right_c = [&](double cos, double t) { return t > 0 ? -1.0 : cos >= margin ? 1.0 : 0.0; };
  const auto right_d = [](double own, double other, double m_own, const Pair& pair) {
    return other / std::sqrt(pair.m1 * pair.m2) - pair.cos * own / m_own;
  };
  return {
      {"length_not_derived", "error(x1) = c·x2/√(m1·m2)", "the lengths are taken for constants",
       of_pairs(right_c, [](double, double other, double,
                            const Pair& pair) { return other / std::sqrt(pair.m1 * pair.m2); })},
      {"not_normalised", "error(x1) = c·x2", "that is the gradient of the product without the lengths",
       of_pairs(right_c, [](double, double other, double, const Pair&) { return other; })},
      {"other_length", "error(x1) = c·(x2/√(m1·m2) - cos·x1/m2)",
       "the second term is divided by the length of the other vector",
       of_pairs(right_c,
                [](double own, double other, double m_own, const Pair& pair) {
                  return other / std::sqrt(pair.m1 * pair.m2) - pair.cos * own * m_own / (pair.m1 * pair.m2);
                })},
      {"length_not_squared", "error(x1) = c·(x2/√(m1·m2) - cos·x1/√m1)",
       "the second term is divided by the length once",
       of_pairs(right_c,
                [](double own, double other, double m_own, const Pair& pair) {
                  return other / std::sqrt(pair.m1 * pair.m2) - pair.cos * own / std::sqrt(m_own);
                })},
      {"cosine_missing", "error(x1) = c·(x2/√(m1·m2) - x1/m1)", "the second term lacks its factor cos",
       of_pairs(right_c,
                [](double own, double other, double m_own, const Pair& pair) {
                  return other / std::sqrt(pair.m1 * pair.m2) - own / m_own;
                })},
      {"lengths_sign", "error(x1) = c·(x2/√(m1·m2) + cos·x1/m1)",
       "the lengths stand below the line: their term has a minus",
       of_pairs(right_c,
                [](double own, double other, double m_own, const Pair& pair) {
                  return other / std::sqrt(pair.m1 * pair.m2) + pair.cos * own / m_own;
                })},
      {"margin_not_checked", "c = -t / N", "pairs beyond the margin are pushed on",
       of_pairs([](double, double t) { return -t; }, right_d)},
      {"margin_missing", "c = [cos >= 0] / N where t = -1", "the margin is left out",
       of_pairs([](double cos, double t) { return t > 0      ? -1.0
                                                  : cos >= 0 ? 1.0
                                                             : 0.0; }, right_d)},
      {"wrong_side", "c = [cos < margin] / N where t = -1",
       "pairs beyond the margin get the gradient, not others",
       of_pairs([&](double cos, double t) { return t > 0          ? -1.0
                                                   : cos < margin ? 1.0
                                                                  : 0.0; }, right_d)},
      {"kinds_swapped", "c = -1/N where t = -1, [cos >= margin] / N where t = 1",
       "pairs that are alike are turned apart, others together",
       of_pairs([&](double cos, double t) { return right_c(cos, -t); }, right_d)},
      {"target_missing", "c = -1 / N", "all pairs are taken to be alike",
       of_pairs([](double, double) { return -1.0; }, right_d)},
      {"alike_missing", "c = 0 where t = 1", "pairs that are alike get no gradient",
       of_pairs([&](double cos, double t) { return t > 0 ? 0.0 : right_c(cos, t); }, right_d)},
      {"unlike_missing", "c = 0 where t = -1", "pairs that are not alike get no gradient",
       of_pairs([](double, double t) { return t > 0 ? -1.0 : 0.0; }, right_d)},
  };
}

}  // namespace twin
