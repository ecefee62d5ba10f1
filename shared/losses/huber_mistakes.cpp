#include <cmath>

#include "shared/losses/huber.hpp"

namespace twin {

std::vector<Prediction> HuberLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  // near(d) where |d| < delta, else far(d); d = y - t, or y alone
  const auto pieces = [&](auto near, auto far, bool with_target = true) {
    return each(v.y.size(), [&](std::size_t k) {
      const double d = with_target ? v.y[k] - v.targets[k] : v.y[k];
      return (std::abs(d) < delta ? near(d) : far(d)) / size;
    });
  };
  const auto itself = [](double d) { return d; };
  const auto limit = [&](double d) { return delta * sign(d); };
  return {
      {"delta_missing", "error = sign(y - t) / (N·F) where |y - t| > delta",
       "the straight line is delta·(|d| - delta/2): its factor delta is left out", pieces(itself, sign)},
      {"smooth_l1_loss", "error = max(-1, min(1, (y - t) / delta)) / (N·F)",
       "that is the derivative of the smooth L1 loss, which is this one over delta",
       pieces([&](double d) { return d / delta; }, sign)},
      {"square_everywhere", "error = (y - t) / (N·F)",
       "the gradient is not limited: the parabola goes on beyond delta", pieces(itself, itself)},
      {"absolute_error", "error = sign(y - t) / (N·F)",
       "that is the derivative of the absolute error: the parabola is left out", pieces(sign, sign)},
      {"pieces_swapped", "error = (y - t) / (N·F) where |y - t| > delta",
       "the parabola and the straight lines are exchanged", pieces(limit, itself)},
      {"half_missing", "error = 2(y - t) / (N·F) where |y - t| < delta",
       "the parabola is d²/2: its ½ is left out", pieces([](double d) { return 2 * d; }, limit)},
      {"target_missing", "error = max(-delta, min(delta, y)) / (N·F)", "the targets are left out",
       pieces(itself, limit, false)},
  };
}

}  // namespace twin
