// What the pictures are made of: gnuplot's words, and the places on an axis.
#pragma once

#include <string>
#include <vector>

#include "reports/page/plot.hpp"
#include "reports/page/svg.hpp"

namespace twin::reports::gnuplot {

// A telephone shows the picture at some 60 % of this width, with letters that can still be read.
inline constexpr int kWidth = 560, kHeight = 400;
// What axes and titles leave of it, about: enough to see whether texts collide.
inline constexpr double kGraphWidth = 440, kGraphHeight = 250;

/// Between single quotes gnuplot takes everything as it is, between double ones it runs what stands in
/// backquotes. A line and a single quote stand between double ones alone.
std::string literal(const std::string& text);

/// gnuplot does not break lines.
std::string wrapped(const std::string& text, std::size_t columns);

/// Whether an axis can show the value.
bool shown(double value, bool logarithmic);

struct Axis {
  char name;  // 'x' or 'y'
  bool logarithmic;
  double low = 0, high = 0;  // low > high: it shows nothing

  bool empty() const { return low > high; }
  /// Where a value lies: 0 at the lower end, 1 at the upper.
  double share(double value) const;
};

/// From the least of the values to the largest.
Axis axis_over(char name, bool logarithmic, const std::vector<double>& values);

/// With a number at each of the places, but for those that would run into the one before.
std::string numbers_at(const Axis& axis, const std::vector<double>& places, Language language);

/// The scale, the range and the numbers of an axis that is logarithmic.
std::string logarithmic_scale(const Axis& axis, Language language);

/// Names below the picture, at 0, 1, 2…
std::string category_names(const std::vector<std::string>& categories);

/// The commands that draw a plot with categories and values, and one with a map.
std::string bar_chart(const Plot& plot, Language language);
std::string heat_map(const HeatMap& map, Language language);

/// The colours of cells on a light page and on a dark one.
std::vector<Tint> map_tints();

}  // namespace twin::reports::gnuplot
