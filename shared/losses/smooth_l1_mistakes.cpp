#include <cmath>

#include "shared/losses/smooth_l1.hpp"

namespace twin {

std::vector<Prediction> SmoothL1LossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.y.size()));
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  // near(d) where |d| < beta, else far(d); d = y - t, or y alone
  const auto pieces = [&](auto near, auto far, bool with_target = true) {
    return each(v.y.size(), [&](std::size_t k) {
      const double d = with_target ? v.y[k] - v.targets[k] : v.y[k];
      return (std::abs(d) < beta ? near(d) : far(d)) / size;
    });
  };
  const auto slope = [&](double d) { return d / beta; };
  return {
      {"beta_missing", "error = (y - t) / (N·F) where |y - t| < beta",
       "the parabola is d²/(2·beta): the division by beta is left out",
       pieces([](double d) { return d; }, sign)},
      {"huber_loss", "error = max(-beta, min(beta, y - t)) / (N·F)",
       "that is the derivative of Huber's loss, which is beta times this one",
       pieces([](double d) { return d; }, [&](double d) { return beta * sign(d); })},
      {"square_everywhere", "error = (y - t) / (beta·N·F)",
       "the gradient is not limited: the parabola goes on beyond beta", pieces(slope, slope)},
      {"absolute_error", "error = sign(y - t) / (N·F)",
       "that is the derivative of the absolute error: the parabola is left out", pieces(sign, sign)},
      {"pieces_swapped", "error = (y - t) / (beta·N·F) where |y - t| > beta",
       "the parabola and the straight lines are exchanged", pieces(sign, slope)},
      {"half_missing", "error = 2(y - t) / (beta·N·F) where |y - t| < beta",
       "the parabola is d²/(2·beta): its ½ is left out",
       pieces([&](double d) { return 2 * d / beta; }, sign)},
      {"target_missing", "error = max(-1, min(1, y / beta)) / (N·F)", "the targets are left out",
       pieces(slope, sign, false)},
  };
}

}  // namespace twin
