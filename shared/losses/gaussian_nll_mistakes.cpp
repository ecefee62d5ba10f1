#include <cmath>
#include <utility>

#include "shared/losses/gaussian_nll.hpp"

namespace twin {

std::vector<Prediction> GaussianNllLossSpec::mistakes(const LossValues& v) const {
  const double size = divisor(reduction, static_cast<std::int64_t>(v.targets.size()));
  const auto both = static_cast<std::size_t>(v.y.columns()), half = both / 2;
  // by_mean(d, v, m) and by_variance(d, v) in their halves of each row; d = m - t
  const auto halves = [&](auto by_mean, auto by_variance, bool swapped = false) {
    return each(v.y.size(), [&](std::size_t at) {
      const std::size_t row = at / both, column = at % both, k = column % half;
      const double mean = v.y[row * both + k], given = v.y[row * both + half + k];
      const double variance = given < eps ? eps : given, d = mean - v.targets[row * half + k];
      return ((column < half) != swapped ? by_mean(d, variance, mean) : by_variance(d, variance)) / size;
    });
  };
  const auto by_mean = [](double d, double variance, double) { return d / variance; };
  const auto by_variance = [](double d, double variance) { return (1 - d * d / variance) / (2 * variance); };
  return {
      {"not_divided_by_variance", "error = (m - t) / n for the means",
       "that is the derivative of half the squared error: the division by the variance is left out",
       halves([](double d, double, double) { return d; }, by_variance)},
      {"log_term_missing", "error = -(m - t)²/(2v²) / n for the variances",
       "the term log v is left out: nothing keeps the variance from growing",
       halves(by_mean, [](double d, double variance) { return -d * d / (2 * variance * variance); })},
      {"square_term_missing", "error = 1/(2v) / n for the variances",
       "the term (m - t)²/v depends on the variance too: nothing keeps it from shrinking",
       halves(by_mean, [](double, double variance) { return 1 / (2 * variance); })},
      {"inner_sign", "error = (1/v + (m - t)²/v²) / 2n for the variances",
       "the derivative of 1/v is -1/v²: its sign is left out",
       halves(by_mean, [](double d, double variance) { return (1 + d * d / variance) / (2 * variance); })},
      {"variance_not_squared", "error = (1/v - (m - t)²/v) / 2n for the variances",
       "the derivative of 1/v is -1/v²: its square is left out",
       halves(by_mean, [](double d, double variance) { return (1 - d * d) / (2 * variance); })},
      {"variance_without_gradient", "error = 0 for the variances", "the variances are taken for constants",
       halves(by_mean, [](double, double) { return 0.0; })},
      {"deviation_for_variance", "error = (m - t)/v² / n and (1/v - (m - t)²/v³) / n",
       "that is the gradient where the second half are standard deviations, not variances",
       halves([](double d, double s, double) { return d / (s * s); },
              [](double d, double s) { return (1 - d * d / (s * s)) / s; })},
      {"logarithm_of_variance", "error = (m - t)·exp(-v) / n and (1 - (m - t)²·exp(-v)) / 2n",
       "that is the gradient where the second half are logarithms of variances",
       halves([](double d, double s, double) { return d * std::exp(-s); },
              [](double d, double s) { return (1 - d * d * std::exp(-s)) / 2; })},
      {"halves_swapped", "error = that of the variances, then that of the means",
       "the two halves of the outputs are exchanged", halves(by_mean, by_variance, true)},
      {"target_missing", "error = m/v / n for the means", "the targets are left out",
       halves([](double, double variance, double mean) { return mean / variance; }, by_variance)},
  };
}

}  // namespace twin
