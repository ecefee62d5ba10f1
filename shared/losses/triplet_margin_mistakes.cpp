#include <algorithm>
#include <cmath>

#include "shared/losses/triplet_margin.hpp"

namespace twin {
namespace triplet_margin_mistakes {

enum : std::size_t { kAnchor, kPositive, kNegative };

// What a mistaken formula does otherwise.
struct Written {
  double into_first = 1, into_second = -1;  // the signs with which e(u, v) reaches u and v
  double anchor_of_negative = 1;            // the part of the negative's distance that reaches the anchor
  bool checks_margin = true, swaps = true, swaps_into_anchor = false;
  double margin_times = 1;
  double power = 1;  // e(u, v) is divided by d(u, v) so often
  double times = 1;
  bool adds_eps = true;
};

std::vector<double> gradient(const TripletMarginLossSpec& spec, const Array& y, const Written& written) {
  const auto size = static_cast<std::size_t>(y.columns());
  const std::size_t count = y.size() / (3 * size);
  std::vector<double> d(y.size());
  for (std::size_t n = 0; n < count; ++n) {
    const auto at = [&](std::size_t which, std::size_t i) { return (3 * n + which) * size + i; };
    const auto difference = [&](std::size_t u, std::size_t v, std::size_t i, bool adds_eps) {
      return y[at(u, i)] - y[at(v, i)] + (adds_eps ? spec.eps : 0);
    };
    const auto distance = [&](std::size_t u, std::size_t v) {
      double sum = 0;
      for (std::size_t i = 0; i < size; ++i) sum += std::pow(difference(u, v, i, true), 2);
      return std::sqrt(sum);
    };
    const double near = distance(kAnchor, kPositive), far = distance(kAnchor, kNegative),
                 between = distance(kPositive, kNegative);
    const bool swapped = spec.swap && written.swaps && between < far;
    if (written.checks_margin && spec.margin * written.margin_times + near - (swapped ? between : far) < 0)
      continue;
    const auto add = [&](std::size_t u, std::size_t v, double long_one, double sign, double into_u) {
      for (std::size_t i = 0; i < size; ++i) {
        const double e = sign * written.times * difference(u, v, i, written.adds_eps) /
                         std::pow(long_one, written.power) / static_cast<double>(count);
        d[at(u, i)] += written.into_first * into_u * e;
        d[at(v, i)] += written.into_second * e;
      }
    };
    add(kAnchor, kPositive, near, 1, 1);
    if (swapped && !written.swaps_into_anchor)
      add(kPositive, kNegative, between, -1, 1);
    else
      add(kAnchor, kNegative, far, -1, written.anchor_of_negative);
  }
  return d;
}

}  // namespace triplet_margin_mistakes

std::vector<Prediction> TripletMarginLossSpec::mistakes(const LossValues& v) const {
  using triplet_margin_mistakes::Written;
  const auto written_as = [&](const Written& written) {
    return triplet_margin_mistakes::gradient(*this, v.y, written);
  };
  return {
      {"squared_distance", "e(u, v) = 2·(u - v + eps)", "that is the gradient of squared distances",
       written_as({.power = 0, .times = 2})},
      {"distance_missing", "e(u, v) = u - v + eps",
       "the root is not differentiated: the division by the distance is left out", written_as({.power = 0})},
      {"distance_twice", "e(u, v) = (u - v + eps) / d(u, v)²", "the distance divides once too often",
       written_as({.power = 2})},
      {"anchor_lacks_negative", "error(a) = e(a, p) / N",
       "the negative's distance is taken for a constant where the anchor is moved",
       written_as({.anchor_of_negative = 0})},
      {"anchor_missing", "error(a) = 0", "the anchor is taken for a constant", written_as({.into_first = 0})},
      {"others_missing", "error(p) = error(n) = 0", "the anchor alone gets a gradient",
       written_as({.into_second = 0})},
      {"others_sign", "error(p) = e(a, p) / N, error(n) = -e(a, n) / N",
       "the inner derivative of u - v by v, -1, is left out", written_as({.into_second = 1})},
      {"margin_not_checked", "error with c = 1/N for every triplet",
       "triplets beyond the margin get a gradient too", written_as({.checks_margin = false})},
      {"margin_missing", "error with c = 1/N where d(a, p) >= d(a, n)", "the margin is left out",
       written_as({.margin_times = 0})},
      {"margin_sign", "error with c = 1/N where d(a, p) - d(a, n) >= margin", "the margin has the wrong sign",
       written_as({.margin_times = -1})},
      {"eps_missing", "e(u, v) = (u - v) / d(u, v)", "eps is in the distance, and not in its derivative",
       written_as({.adds_eps = false})},
      {"swap_ignored", "error of d(a, n), however near p is to n", "the swap is left out",
       written_as({.swaps = false})},
      {"swap_into_anchor", "error(a) = (e(a, p) - e(a, n)) / N where d(p, n) is the smaller",
       "the distance is swapped, and its gradient flows as if it were not",
       written_as({.swaps_into_anchor = true})},
  };
}

}  // namespace twin
