// A coloured table with the key to its colours.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/page/gnuplot.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports::gnuplot {
namespace {

// So many steps from the middle, where a cell is as the paper, to the strongest blue and orange.
constexpr int kSteps = 24;

struct Rgb {
  int red, green, blue;
};
struct Ramp {
  Rgb paper, below, above;
};
constexpr Ramp kLight{{255, 255, 255}, {116, 179, 216}, {245, 162, 93}};
constexpr Ramp kDark{{22, 22, 22}, {31, 95, 138}, {143, 79, 16}};

std::string mixed(const Ramp& ramp, int step) {
  const Rgb& end = step < 0 ? ramp.below : ramp.above;
  const auto mix = [&](int from, int to) { return from + (to - from) * std::abs(step) / kSteps; };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(ramp.paper.red, end.red), mix(ramp.paper.green, end.green),
                     mix(ramp.paper.blue, end.blue));
}

// The values at which the colours are strongest and weakest.
struct Scale {
  const HeatMap& map;
  double low = INFINITY, high = -INFINITY;

  explicit Scale(const HeatMap& m) : map(m) {
    const Axis values = axis_over('x', map.logarithmic, map.values);
    low = values.low;
    high = values.high;
    if (values.empty()) low = high = map.middle.value_or(1);
    if (map.middle) {
      low = std::min(low, *map.middle);
      high = std::max(high, *map.middle);
    }
  }
  double scaled(double value) const { return map.logarithmic ? std::log(value) : value; }
  double middle() const { return map.middle.value_or(high); }
  // As far to one side as to the other.
  double reach() const {
    return map.middle ? std::max(scaled(high) - scaled(middle()), scaled(middle()) - scaled(low))
                      : scaled(high) - scaled(low);
  }
  // Without a middle the colours go from white, at the least value, to blue.
  int step(double value) const {
    if (!(reach() > 0)) return 0;
    const double share =
        map.middle ? (scaled(value) - scaled(middle())) / reach() : (scaled(low) - scaled(value)) / reach();
    return static_cast<int>(std::lround(share * kSteps));
  }
};

// A strip at the right, from the least value to the largest.
std::string key(const Scale& scale, Language language) {
  if (!(scale.low < scale.high)) return "";
  constexpr int kPieces = 12;
  std::string script;
  const auto value_at = [&](double share) {
    const double value =
        scale.scaled(scale.low) + share * (scale.scaled(scale.high) - scale.scaled(scale.low));
    return scale.map.logarithmic ? std::exp(value) : value;
  };
  for (int i = 0; i < kPieces; ++i)
    script += fmt::format(
        "set object rectangle from graph 1.03, graph {:.4f} to graph 1.06, graph {:.4f} noclip fc rgb '{}' "
        "fs "
        "solid noborder\n",
        static_cast<double>(i) / kPieces, static_cast<double>(i + 1) / kPieces,
        mixed(kLight, scale.step(value_at((i + 0.5) / kPieces))));
  script += fmt::format(
      "set object rectangle from graph 1.03, graph 0 to graph 1.06, graph 1 noclip fs empty border lc rgb "
      "'{}' lw "
      "0.7\n",
      kFaintInk);
  const auto label = [&](double value, double share) {
    script += fmt::format("set label {} at graph 1.075, graph {:.4f} left font ',13' tc '{}' noenhanced\n",
                          literal(rounded(value, language)), share, kInk);
  };
  label(scale.low, 0.04);
  label(scale.high, 0.96);
  const double middle = (scale.scaled(scale.middle()) - scale.scaled(scale.low)) /
                        (scale.scaled(scale.high) - scale.scaled(scale.low));
  if (scale.map.middle && middle > 0.25 && middle < 0.75) label(scale.middle(), middle);
  return script;
}

std::string text_of_cell(const HeatMap& map, std::size_t i, Language language) {
  const std::string text = !map.texts.empty()             ? map.texts.at(i)
                           : std::isnan(map.values.at(i)) ? ""
                                                          : rounded(map.values.at(i), language);
  return text.empty() || map.doubtful.empty() || !map.doubtful.at(i) ? text : text + "*";
}

// So small that the longest text fits into its cell.
int letters_of_cells(const HeatMap& map, Language language) {
  constexpr int kSize = 14, kSmallest = 9;
  constexpr double kLetter = 0.62, kMargins = 120;  // the key and the borders
  std::size_t name = 0, longest = 1;
  for (const std::string& row : map.rows) name = std::max(name, display_width(row));
  for (std::size_t i = 0; i < map.values.size(); ++i)
    longest = std::max(longest, display_width(text_of_cell(map, i, language)));
  const double room = (kWidth - kMargins - kSize * kLetter * static_cast<double>(name)) /
                      static_cast<double>(std::max<std::size_t>(1, map.columns.size()));
  return std::clamp(static_cast<int>(room / (kLetter * static_cast<double>(longest))), kSmallest, kSize);
}

}  // namespace

std::vector<Tint> map_tints() {
  std::vector<Tint> tints;
  for (int step = -kSteps; step <= kSteps; ++step)
    if (step != 0) tints.push_back({mixed(kLight, step), mixed(kDark, step)});
  return tints;
}

std::string heat_map(const HeatMap& map, Language language) {
  const std::size_t columns = map.columns.size();
  const Scale scale(map);
  const int letters = letters_of_cells(map, language);
  std::string script = fmt::format(
      "set style fill solid 1 noborder\nset border 0\nunset grid\nset tics scale 0\nset rmargin 11\n"
      "set xrange [-0.5:{:.1f}]\nset yrange [{:.1f}:-0.5]\n",
      static_cast<double>(columns) - 0.5, static_cast<double>(map.rows.size()) - 0.5);
  script += category_names(map.columns);
  std::string rows, cells;
  for (std::size_t r = 0; r < map.rows.size(); ++r)
    rows += fmt::format("{}{} {}", r ? ", " : "", literal(map.rows[r]), r);
  script += fmt::format("set ytics ({}) noenhanced font ',14'\n", rows) + key(scale, language);
  for (std::size_t r = 0; r < map.rows.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t i = r * columns + c;
      const double value = map.values.at(i);
      if (shown(value, map.logarithmic))
        cells += fmt::format("{} {} 0x{}\n", c, r, mixed(kLight, scale.step(value)).substr(1));
      const std::string text = text_of_cell(map, i, language);
      if (!text.empty())
        script += fmt::format("set label {} at {},{} center noenhanced font ',{}' tc '{}' front\n",
                              literal(text), c, r, letters, kInk);
    }
  // Outside the picture: gnuplot refuses to draw nothing.
  if (cells.empty()) cells = "-9 -9 0\n";
  return fmt::format(
      "{}$cells << END\n{}END\n"
      "plot $cells using 1:2:(0.48):(0.46):3 with boxxyerror lc rgb variable notitle\n",
      script, cells);
}

}  // namespace twin::reports::gnuplot
