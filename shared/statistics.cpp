#include "shared/statistics.hpp"

#include <algorithm>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

namespace twin {

Quartiles quartiles(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    return gsl_stats_quantile_from_sorted_data(values.data(), 1, values.size(), share);
  };
  return {values.front(), quantile(0.25), quantile(0.5), quantile(0.75), values.back()};
}

Interval median_interval(std::vector<double> values, double confidence) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<unsigned>(values.size());
  // The median lies below values[k] when k or fewer of n fair coins show heads.
  unsigned k = 0;
  while (2 * (k + 1) < n && gsl_cdf_binomial_P(k + 1, 0.5, n) <= (1 - confidence) / 2) ++k;
  return {values[k], values[n - 1 - k]};
}

}  // namespace twin
