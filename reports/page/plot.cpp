#include "reports/page/plot.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <set>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports {
namespace {

constexpr std::size_t kMostPoints = 400;
// A telephone shows the picture at some 60 % of this width, with letters that can still be read.
constexpr int kWidth = 560, kHeight = 400;

// Okabe and Ito's colours, told apart by colour-blind readers too.
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                    "#E69F00", "#56B4E9", "#000000", "#999999"};

const char* colour(std::size_t index) { return kColours[index % std::size(kColours)]; }

// Between single quotes gnuplot takes everything as it is, between double ones it runs what stands in
// backquotes. A line ends between double ones alone.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : c == '\n' ? "'.\"\\n\".'" : std::string{c};
  return result + "'";
}

// gnuplot does not break lines.
std::string wrapped(const std::string& text, std::size_t columns) {
  std::string result, line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > columns) {
      result += line + "\n";
      line.clear();
    }
    line += line.empty() ? word : " " + word;
  }
  return result + line;
}

bool shown(double value, bool logarithmic) { return std::isfinite(value) && (!logarithmic || value > 0); }

// Every value that the axis shows.
std::vector<double> values_of(const Plot& plot, bool x_axis) {
  std::set<double> values;
  const auto add = [&](double value) {
    if (shown(value, x_axis ? plot.log_x : plot.log_y)) values.insert(value);
  };
  for (const Curve& curve : plot.curves) {
    for (const double value : x_axis ? curve.x : curve.y) add(value);
    if (x_axis) continue;
    for (const std::vector<double>* edge : {&curve.low, &curve.high})
      for (const double value : *edge) add(value);
    for (const std::vector<double>& sample : curve.samples)
      for (const double value : sample) add(value);
  }
  if (x_axis)
    for (const Mark& mark : plot.marks) add(mark.x);
  return {values.begin(), values.end()};
}

std::string tics_at(char axis, const std::vector<double>& values) {
  std::string list;
  for (const double value : values)
    list += fmt::format("{}'{:g}' {:.9g}", list.empty() ? "" : ", ", value, value);
  return fmt::format("set {}tics ({})\n", axis, list);
}

// gnuplot marks powers of ten alone, which are too few on a short axis.
std::string logarithmic_axis(char axis, const std::vector<double>& values) {
  std::string script = fmt::format("set logscale {}\n", axis);
  if (values.empty()) return script;
  const double low = std::log10(values.front()), high = std::log10(values.back());
  if (high - low < 2) {
    std::vector<double> tics;
    for (double decade = std::floor(low); decade <= std::ceil(high); ++decade)
      for (const double step : {1, 2, 5}) tics.push_back(step * std::pow(10, decade));
    return script + tics_at(axis, tics);
  }
  return script + fmt::format("set format {} '{}'\n", axis, low > -3 && high < 5 ? "%g" : "10^{%L}");
}

// Where a value lies on the axis: 0 at its left, 1 at its right.
double share_of_axis(double value, const std::vector<double>& values, bool logarithmic) {
  if (values.size() < 2) return 0;
  const auto scaled = [&](double v) { return logarithmic ? std::log(v) : v; };
  return (scaled(value) - scaled(values.front())) / (scaled(values.back()) - scaled(values.front()));
}

std::string data_block(std::size_t index, const Curve& curve, const Plot& plot) {
  std::string block = fmt::format("$curve{} << END\n", index);
  const double last = static_cast<double>(curve.x.size()) - 1;
  std::size_t previous = curve.x.size();
  const std::size_t count = std::min(kMostPoints, curve.x.size());
  for (std::size_t k = 0; k < count; ++k) {
    // Evenly spaced on the axis as it is drawn: on a logarithmic one the early points count as much as the
    // late.
    const double share = count > 1 ? static_cast<double>(k) / static_cast<double>(count - 1) : 0;
    const bool early = plot.log_x && last > 0 && curve.x.size() > kMostPoints;
    const double position = early ? std::pow(last + 1, share) - 1 : share * last;
    const auto i = static_cast<std::size_t>(std::llround(position));
    if (i == previous) continue;
    previous = i;
    if (!shown(curve.x[i], plot.log_x) || !shown(curve.y.at(i), plot.log_y)) continue;
    const double low = curve.low.empty() ? curve.y[i] : curve.low.at(i);
    const double high = curve.high.empty() ? curve.y[i] : curve.high.at(i);
    block +=
        fmt::format("{:.9g} {:.9g} {:.9g} {:.9g}\n", curve.x[i], curve.y[i],
                    shown(low, plot.log_y) ? low : curve.y[i], shown(high, plot.log_y) ? high : curve.y[i]);
  }
  return block + "END\n";
}

std::string line_plot(const Plot& plot) {
  const std::vector<double> x = values_of(plot, true);
  std::string script, bands, lines;
  if (plot.log_x && !x.empty()) {
    // Few measured places are worth a number each: 8, 16, 32 rather than 10.
    constexpr std::size_t kFewPlaces = 10;
    script += plot.points && plot.marks.empty() && x.size() <= kFewPlaces
                  ? "set logscale x\n" + tics_at('x', x)
                  : logarithmic_axis('x', x);
    script += fmt::format("set xrange [{:.9g}:{:.9g}]\n", x.front() / 1.2, x.back() * 1.2);
  }
  if (plot.log_y) script += logarithmic_axis('y', values_of(plot, false));

  for (std::size_t i = 0; i < plot.marks.size(); ++i) {
    const Mark& mark = plot.marks[i];
    const bool right = share_of_axis(mark.x, x, plot.log_x) > 0.5;
    script += fmt::format(
        "set arrow from {0:.9g}, graph 0 to {0:.9g}, graph 1 nohead dt 2 lc '#444444'\n"
        "set label {1} at {0:.9g}, graph {2:.2f} {3} offset {4},0 noenhanced font ',14'\n",
        mark.x, quoted(mark.label), 0.96 - 0.09 * static_cast<double>(i), right ? "right" : "left",
        right ? "-0.5" : "0.5");
  }
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    script += data_block(i, curve, plot);
    if (!curve.low.empty())
      bands += fmt::format(
          "$curve{} using 1:3:4 with filledcurves fs transparent solid 0.2 noborder lc '{}' notitle, ", i,
          colour(i));
    for (std::size_t k = 0; k < curve.labels.size(); ++k) {
      if (!shown(curve.x[k], plot.log_x) || !shown(curve.y[k], plot.log_y)) continue;
      const bool right = share_of_axis(curve.x[k], x, plot.log_x) > 0.5;
      script += fmt::format("set label {} at {:.9g},{:.9g} {} offset {},{} noenhanced font ',14' tc '{}'\n",
                            quoted(curve.labels[k]), curve.x[k], curve.y[k], right ? "right" : "left",
                            right ? "-0.7" : "0.7", (i + k) % 2 ? "-0.6" : "0.6", colour(i));
    }
    // Twins lie on one another: the first is drawn wide, so that it shows under the second.
    const std::string style =
        curve.labels.empty()
            ? fmt::format("with {} lw {} {} {}", plot.points && !curve.dashed ? "linespoints" : "lines",
                          i % 2 == 0 && !curve.dashed ? 4 : 1.5, curve.dashed ? "dt 2" : "",
                          plot.points && !curve.dashed ? "pt 7 ps 0.6" : "")
            : "with points pt 7 ps 0.8";
    lines += fmt::format("{}$curve{} using 1:2 {} lc '{}' title {}", i ? ", " : "", i, style, colour(i),
                         quoted(curve.title));
  }
  return script + "plot " + bands + lines + "\n";
}

std::string category_tics(const std::vector<std::string>& categories) {
  std::string list;
  std::size_t columns = 0;
  for (std::size_t k = 0; k < categories.size(); ++k) {
    list += fmt::format("{}{} {}", k ? ", " : "", quoted(categories[k]), k);
    columns += display_width(categories[k]) + 2;
  }
  constexpr std::size_t kColumnsBelow = 56;  // that stand side by side below a picture
  return fmt::format("set xtics scale 0 {} noenhanced font ',14' ({})\n",
                     columns > kColumnsBelow ? "rotate by 30 right" : "", list);
}

std::string bar_chart(const Plot& plot) {
  std::string script = fmt::format(
      "set style data histogram\nset style histogram {}\nset style fill solid 0.9 noborder\nset boxwidth "
      "{}\n",
      plot.stacked ? "rowstacked" : "clustered", plot.stacked ? 0.7 : 0.9);
  script += category_tics(plot.categories);
  script += fmt::format("set xrange [-0.6:{:.1f}]\n", static_cast<double>(plot.categories.size()) - 0.4);
  script += plot.log_y     ? logarithmic_axis('y', values_of(plot, false))
            : plot.stacked ? "set yrange [0:*] noextend\n"  // 100 % is the top
                           : "set yrange [0:*]\n";
  std::string drawing;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    script += fmt::format("$curve{} << END\n", i);
    for (std::size_t k = 0; k < plot.categories.size(); ++k) script += fmt::format("{:.9g}\n", curve.y.at(k));
    script += "END\n";
    drawing +=
        fmt::format("{}$curve{} using 1 lc '{}' title {}", i ? ", " : "", i, colour(i), quoted(curve.title));
  }
  return script + "plot " + drawing + "\n";
}

std::string box_plot(const Plot& plot) {
  const double width = 0.8 / static_cast<double>(plot.curves.size());
  std::string script = fmt::format(
      "set style boxplot outliers pointtype 7\nset style fill solid 0.35 border\nset boxwidth {:.3g}\n"
      "set pointsize 0.35\nset xrange [-0.6:{:.1f}]\n",
      0.85 * width, static_cast<double>(plot.categories.size()) - 0.4);
  script += category_tics(plot.categories);
  if (plot.log_y) script += logarithmic_axis('y', values_of(plot, false));
  std::string drawing;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    std::string title = quoted(plot.curves[i].title);  // once, though each category is drawn by itself
    for (std::size_t k = 0; k < plot.categories.size(); ++k) {
      std::string block;
      for (const double value : plot.curves[i].samples.at(k))
        if (shown(value, plot.log_y)) block += fmt::format("{:.9g}\n", value);
      if (block.empty()) continue;
      script += fmt::format("$box{}_{} << END\n{}END\n", i, k, block);
      const double place =
          static_cast<double>(k) +
          width * (static_cast<double>(i) - 0.5 * static_cast<double>(plot.curves.size() - 1));
      drawing +=
          fmt::format("{}$box{}_{} using ({:.4g}):1 with boxplot lc '{}' {}", drawing.empty() ? "" : ", ", i,
                      k, place, colour(i), title.empty() ? "notitle" : "title " + title);
      title.clear();
    }
  }
  return script + "plot " + drawing + "\n";
}

std::string heat_map(const HeatMap& map) {
  const std::size_t columns = map.columns.size();
  double low = INFINITY, high = -INFINITY;
  for (const double value : map.values) {
    if (!shown(value, map.logarithmic)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (map.middle && map.logarithmic) {
    const double reach = std::max({high / *map.middle, *map.middle / low, 1.01});
    low = *map.middle / reach;
    high = *map.middle * reach;
  } else if (map.middle) {
    const double reach = std::max({high - *map.middle, *map.middle - low, 1e-9});
    low = *map.middle - reach;
    high = *map.middle + reach;
  }
  std::string script = fmt::format(
      "set palette defined ({})\n{}{}unset colorbox\nset style fill solid 1 noborder\nset border 0\nunset "
      "grid\n"
      "set tics scale 0\nset xrange [-0.5:{:.1f}]\nset yrange [{:.1f}:-0.5]\n",
      map.middle ? "0 '#74b3d8', 1 '#ffffff', 2 '#f5a25d'" : "0 '#ffffff', 1 '#74b3d8'",
      map.logarithmic ? "set logscale cb\n" : "",
      low < high ? fmt::format("set cbrange [{:.9g}:{:.9g}]\n", low, high) : "",
      static_cast<double>(columns) - 0.5, static_cast<double>(map.rows.size()) - 0.5);
  script += category_tics(map.columns);
  std::string rows;
  for (std::size_t r = 0; r < map.rows.size(); ++r)
    rows += fmt::format("{}{} {}", r ? ", " : "", quoted(map.rows[r]), r);
  script += fmt::format("set ytics ({}) noenhanced font ',14'\n", rows);

  std::string cells;
  for (std::size_t r = 0; r < map.rows.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t i = r * columns + c;
      const double value = map.values.at(i);
      if (shown(value, map.logarithmic)) cells += fmt::format("{} {} {:.9g}\n", c, r, value);
      const std::string text = !map.texts.empty()  ? map.texts.at(i)
                               : std::isnan(value) ? ""
                                                   : fmt::format("{:.3g}", value);
      if (!text.empty())
        script +=
            fmt::format("set label {} at {},{} center noenhanced font ',14' front\n", quoted(text), c, r);
    }
  // Outside the picture: gnuplot refuses to draw nothing.
  if (cells.empty()) cells = "-1 -1 0\n";
  return fmt::format(
      "{}$cells << END\n{}END\nplot $cells using 1:2:(0.48):(0.46):3 with boxxyerror lc palette z notitle\n",
      script, cells);
}

// gnuplot lets a key that is too wide run out of the picture.
std::size_t key_columns(const Plot& plot) {
  constexpr std::size_t kColumns = 54, kSample = 7;
  std::size_t widest = 0;
  for (const Curve& curve : plot.curves) widest = std::max(widest, display_width(curve.title));
  return std::max<std::size_t>(1, kColumns / (widest + kSample));
}

std::string script_of(const Plot& plot, const std::filesystem::path& output) {
  constexpr int kRowHeight = 30, kAroundRows = 190;
  const std::size_t columns = key_columns(plot), key_rows = (plot.curves.size() + columns - 1) / columns;
  const int height = plot.map ? kAroundRows + kRowHeight * static_cast<int>(plot.map->rows.size())
                              : kHeight + 20 * static_cast<int>(key_rows > 1 ? key_rows - 1 : 0);
  std::string script = fmt::format(
      "set encoding utf8\nset terminal svg size {},{} font 'sans-serif,16' background '#ffffff' linewidth "
      "1.5\n"
      "set output {}\nset title {} noenhanced\nset xlabel {} noenhanced offset 0,0.4\nset ylabel {} "
      "noenhanced\n"
      "set grid lc '#dddddd'\nset border 3 lc '#444444'\nset tics nomirror\nset rmargin 3\n"
      "set key bmargin center horizontal reverse Left samplen 2 height 0.8 maxcols {} noenhanced\n",
      kWidth, height, quoted(output.string()), quoted(wrapped(plot.title, 52)),
      quoted(wrapped(plot.x_label, 52)), quoted(wrapped(plot.y_label, 30)), columns);
  if (plot.map) return script + heat_map(*plot.map);
  if (plot.curves.size() == 1) script += "unset key\n";  // the title says it
  if (plot.categories.empty()) return script + line_plot(plot);
  return script + (plot.curves.at(0).samples.empty() ? bar_chart(plot) : box_plot(plot));
}

void run_gnuplot(const std::filesystem::path& script) {
  const Finished finished = run_program({"gnuplot", script.string()}, "install gnuplot-nox");
  if (finished.code != 0)
    throw MachineError("gnuplot could not draw a picture", script.string(), finished.err);
}

}  // namespace

std::string draw_svg(const Plot& plot) {
  const TemporaryFolder folder;
  const std::filesystem::path svg = folder / "plot.svg";
  run_gnuplot(write_file(folder / "plot.gp", script_of(plot, svg)));
  return read_file(svg);
}

}  // namespace twin::reports
