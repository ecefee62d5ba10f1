// What a set of measurements says.
#pragma once

#include <vector>

namespace twin {

/// Five numbers for a box plot.
struct Quartiles {
  double min = 0, lower = 0, median = 0, upper = 0, max = 0;
  /// The interquartile range as a share of the median.
  double spread() const { return median != 0 ? (upper - lower) / median : 0; }
};

/// Quantiles by linear interpolation between order statistics (Hyndman and Fan 1996, type 7). Precondition:
/// one value or more.
Quartiles quartiles(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};

/// Holds the median of what the values were drawn from with the given probability or more, whatever its
/// distribution: two order statistics, by the binomial distribution (Conover 1999, "Practical Nonparametric
/// Statistics", 3.2). From few values (five, for 95 %) it is the whole range, and holds the median less
/// surely.
Interval median_interval(std::vector<double> values, double confidence = 0.95);

}  // namespace twin
