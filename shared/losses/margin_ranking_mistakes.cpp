#include "shared/losses/margin_ranking.hpp"

namespace twin {

std::vector<Prediction> MarginRankingLossSpec::mistakes(const LossValues& v) const {
  const auto pairs = static_cast<double>(v.targets.size());
  const auto rows = static_cast<std::size_t>(v.y.shape.at(0));
  const std::size_t inner = v.targets.size() / rows;
  // formula(m, t): of x1, m = t·(x1 - x2); x2 gets that times `second`.
  const auto of_pairs = [&](auto formula, double second) {
    std::vector<double> d(v.y.size());
    for (std::size_t at = 0; at < v.targets.size(); ++at) {
      const std::size_t x1 = (at / inner) * 2 * inner + at % inner, x2 = x1 + inner;
      const double t = v.targets[at];
      d[x1] = formula(t * (v.y[x1] - v.y[x2]), t) / pairs;
      d[x2] = d[x1] * second;
    }
    return d;
  };
  const auto right = [&](double m, double t) { return m <= margin ? -t : 0.0; };
  return {
      {"second_missing", "error(x2) = 0", "x2 is taken for a constant", of_pairs(right, 0)},
      {"second_sign", "error(x2) = error(x1)",
       "x1 and x2 are pushed the same way: nothing changes their order", of_pairs(right, 1)},
      {"target_missing", "error(x1) = -[t·(x1 - x2) <= margin] / pairs",
       "the inner derivative lacks t: the first is always to be the larger",
       of_pairs([&](double m, double) { return m <= margin ? -1.0 : 0.0; }, -1)},
      {"target_missing", "error(x1) = -t·[x1 - x2 <= margin] / pairs", "the margin is asked for without t",
       of_pairs([&](double m, double t) { return m * t <= margin ? -t : 0.0; }, -1)},
      {"margin_missing", "error(x1) = -t·[t·(x1 - x2) <= 0] / pairs", "the margin is left out",
       of_pairs([](double m, double t) { return m <= 0 ? -t : 0.0; }, -1)},
      {"margin_sign", "error(x1) = -t·[t·(x1 - x2) <= -margin] / pairs", "the margin has the wrong sign",
       of_pairs([&](double m, double t) { return m <= -margin ? -t : 0.0; }, -1)},
      {"margin_not_checked", "error(x1) = -t / pairs", "pairs beyond the margin get a gradient too",
       of_pairs([](double, double t) { return -t; }, -1)},
      {"wrong_side", "error(x1) = -t·[t·(x1 - x2) > margin] / pairs",
       "pairs beyond the margin get the gradient, not others",
       of_pairs([&](double m, double t) { return m > margin ? -t : 0.0; }, -1)},
      {"kink", "error(x1) = 0 where t·(x1 - x2) = margin", "at the kink the gradient is -t / pairs",
       of_pairs([&](double m, double t) { return m < margin ? -t : 0.0; }, -1)},
  };
}

}  // namespace twin
