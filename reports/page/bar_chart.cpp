// Bars, each with its number: a bar beside one a thousand times as high would say nothing.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/page/gnuplot.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports::gnuplot {
namespace {

struct Bar {
  std::size_t curve;
  double x, low, high;  // where it is drawn
  double value;
};

// How numbers fit above the bars.
enum class Numbers { flat, upright, none };

constexpr double kLetter = 7.5, kLine = 14;  // of a number, in pixels

std::vector<Bar> bars_of(const Plot& plot, double width) {
  std::vector<Bar> bars;
  const double count = static_cast<double>(plot.curves.size());
  for (std::size_t k = 0; k < plot.categories.size(); ++k) {
    double above = 0, below = 0;
    for (std::size_t i = 0; i < plot.curves.size(); ++i) {
      const double value = plot.curves[i].y.at(k);
      if (!std::isfinite(value)) continue;
      double& from = plot.stacked ? (value < 0 ? below : above) : (above = 0);
      const double x =
          static_cast<double>(k) + (plot.stacked ? 0 : width * (static_cast<double>(i) - 0.5 * (count - 1)));
      bars.push_back({i, x, std::min(from, from + value), std::max(from, from + value), value});
      from += value;
    }
  }
  return bars;
}

Axis axis_of(const std::vector<Bar>& bars, const Plot& plot) {
  std::vector<double> ends;
  for (const Bar& bar : bars) ends.insert(ends.end(), {plot.log_y ? bar.high : bar.low, bar.high});
  Axis axis = axis_over('y', plot.log_y, ends);
  if (axis.empty()) return {'y', plot.log_y, 1, 10};
  if (plot.log_y) axis.low /= 2;
  if (!(axis.low < axis.high)) axis.high = axis.low + 1;
  return axis;
}

Numbers fit(double bar_pixels, std::size_t letters) {
  return bar_pixels >= kLetter * static_cast<double>(letters) ? Numbers::flat
         : bar_pixels >= kLine                                ? Numbers::upright
                                                              : Numbers::none;
}

}  // namespace

std::string bar_chart(const Plot& plot, Language language) {
  const double categories = static_cast<double>(plot.categories.size());
  const double width = plot.stacked ? 0.7 : 0.85 / static_cast<double>(plot.curves.size());
  std::vector<Bar> bars = bars_of(plot, width);
  std::vector<std::string> texts;
  std::size_t letters = 1;
  for (const Bar& bar : bars) {
    texts.push_back(rounded(bar.value, language));
    letters = std::max(letters, display_width(texts.back()));
  }
  const Numbers numbers = fit(kGraphWidth / categories * width, letters);

  Axis axis = axis_of(bars, plot);
  const double above = plot.stacked || numbers == Numbers::none ? 0
                       : numbers == Numbers::flat               ? 1.4 * kLine
                                                                : kLetter * static_cast<double>(letters + 1);
  const double room = above / kGraphHeight;
  if (plot.log_y)
    axis.high *= std::pow(axis.high / axis.low, room);
  else
    axis.high += room * (axis.high - axis.low);

  std::string script = category_names(plot.categories);
  script += fmt::format("set style fill solid 1 noborder\nset xrange [-0.6:{:.1f}]\n", categories - 0.4);
  script += plot.log_y ? logarithmic_scale(axis, language)
                       : fmt::format("set yrange [{:.9g}:{:.9g}]\n", axis.low, axis.high);
  // What is there is seen.
  const double least = 0.008 * (axis.high - axis.low);
  std::string drawing;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    std::string block;
    for (std::size_t k = 0; k < bars.size(); ++k) {
      Bar& bar = bars[k];
      if (bar.curve != i) continue;
      if (!plot.log_y && !plot.stacked && bar.value > 0) bar.high = std::max(bar.high, least);
      if (plot.log_y) bar.low = axis.low;
      if (plot.log_y && bar.value <= 0) bar.high = axis.low;
      if (bar.high > bar.low)
        block += fmt::format("{:.9g} {:.9g} {:.9g} {:.9g} {:.9g} {:.9g}\n", bar.x, bar.high,
                             bar.x - 0.48 * width, bar.x + 0.48 * width, bar.low, bar.high);
      const bool inside = plot.stacked;
      const bool fits = !inside || (axis.share(bar.high) - axis.share(bar.low)) * kGraphHeight > kLine;
      if (numbers == Numbers::none || (inside && numbers != Numbers::flat) || !fits) continue;
      script += fmt::format("set label {} at {:.9g},{:.9g} {} font ',12' tc '{}' noenhanced front\n",
                            literal(texts[k]), bar.x, inside ? (bar.low + bar.high) / 2 : bar.high,
                            inside                     ? "center"
                            : numbers == Numbers::flat ? "center offset 0,0.5"
                                                       : "rotate by 90 left offset 0,0.4",
                            inside ? kOnColour : kInk);
    }
    // Outside the picture: gnuplot refuses to draw nothing.
    if (block.empty()) block = fmt::format("-9 {0:.9g} -9.1 -9 {0:.9g} {0:.9g}\n", axis.high);
    script += fmt::format("$curve{} << END\n{}END\n", i, block);
    drawing += fmt::format("{}$curve{} using 1:2:3:4:5:6 with boxxyerror lc '{}' title {}", i ? ", " : "", i,
                           curve_tint(i).light, literal(plot.curves[i].title));
  }
  return script + "plot " + drawing + "\n";
}

}  // namespace twin::reports::gnuplot
