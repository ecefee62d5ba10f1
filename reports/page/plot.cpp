#include "reports/page/plot.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <set>

#include "reports/page/gnuplot.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports {
namespace {

using gnuplot::Axis;
using gnuplot::literal;
using gnuplot::shown;
using gnuplot::wrapped;

constexpr std::size_t kMostPoints = 400;

const std::string& colour(std::size_t index) { return curve_tint(index).light; }

// Every value that the axis shows, once.
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

// With some room at both ends.
Axis axis_of(const Plot& plot, bool x_axis) {
  const bool logarithmic = x_axis ? plot.log_x : plot.log_y;
  Axis axis = gnuplot::axis_over(x_axis ? 'x' : 'y', logarithmic, values_of(plot, x_axis));
  if (axis.empty() || !logarithmic) return axis;
  const double room = std::max(1.15, std::pow(axis.high / axis.low, 0.05));
  axis.low /= room;
  axis.high *= room;
  return axis;
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

struct Box {
  double left, right, bottom, top;
  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && bottom < other.top && other.bottom < top;
  }
};

// The labels of points, each on the first side of its point where it runs into no other point or label. One
// that fits nowhere is left out.
std::string point_labels(const Plot& plot, const Axis& x, const Axis& y) {
  constexpr double kLetter = 8, kLine = 15, kAway = 6;
  std::vector<Box> taken;
  const auto place = [&](const Curve& curve, std::size_t k) {
    return std::pair(x.share(curve.x[k]) * gnuplot::kGraphWidth, y.share(curve.y[k]) * gnuplot::kGraphHeight);
  };
  const auto labelled = [&](const Curve& curve, std::size_t k) {
    return shown(curve.x[k], plot.log_x) && shown(curve.y[k], plot.log_y);
  };
  for (const Curve& curve : plot.curves)
    for (std::size_t k = 0; k < curve.labels.size(); ++k)
      if (labelled(curve, k)) {
        const auto [px, py] = place(curve, k);
        taken.push_back({px - 4, px + 4, py - 4, py + 4});
      }
  std::string script;
  for (std::size_t i = 0; i < plot.curves.size(); ++i)
    for (std::size_t k = 0; k < plot.curves[i].labels.size(); ++k) {
      const Curve& curve = plot.curves[i];
      if (!labelled(curve, k)) continue;
      const auto [px, py] = place(curve, k);
      const double width = kLetter * static_cast<double>(display_width(curve.labels[k]));
      struct Side {
        const char* name;
        double left, middle;
      };
      const Side sides[] = {{"left offset 0.7,0", px + kAway, py},
                            {"center offset 0,0.7", px - width / 2, py + kLine},
                            {"center offset 0,-0.7", px - width / 2, py - kLine},
                            {"right offset -0.7,0", px - kAway - width, py}};
      for (const Side& side : sides) {
        const Box box{side.left, side.left + width, side.middle - kLine / 2, side.middle + kLine / 2};
        const auto hit = [&](const Box& other) { return box.overlaps(other); };
        if (box.left < 0 || box.right > gnuplot::kGraphWidth || std::any_of(taken.begin(), taken.end(), hit))
          continue;
        taken.push_back(box);
        script += fmt::format("set label {} at {:.9g},{:.9g} {} noenhanced font ',13' tc '{}'\n",
                              literal(curve.labels[k]), curve.x[k], curve.y[k], side.name, colour(i));
        break;
      }
    }
  return script;
}

std::string line_plot(const Plot& plot, Language language) {
  const Axis x = axis_of(plot, true), y = axis_of(plot, false);
  std::string script;
  if (plot.log_x && !x.empty()) {
    script += logarithmic_scale(x, language);
    // Few measured places are worth a number each: 8, 16, 32 rather than 10.
    constexpr std::size_t kFewPlaces = 12;
    const std::vector<double> places = values_of(plot, true);
    const auto whole = [](double place) { return std::nearbyint(place) == place; };
    if (plot.points && plot.marks.empty() && places.size() <= kFewPlaces &&
        std::all_of(places.begin(), places.end(), whole))
      script += numbers_at(x, places, language);
  }
  if (plot.log_y) script += logarithmic_scale(y, language);

  for (std::size_t i = 0; i < plot.marks.size(); ++i) {
    const Mark& mark = plot.marks[i];
    const bool right = x.share(mark.x) > 0.5;
    script += fmt::format(
        "set arrow from {0:.9g}, graph 0 to {0:.9g}, graph 1 nohead dt 2 lc '{5}'\n"
        "set label {1} at {0:.9g}, graph {2:.2f} {3} offset {4},0 noenhanced font ',14'\n",
        mark.x, literal(mark.label), 0.96 - 0.09 * static_cast<double>(i), right ? "right" : "left",
        right ? "-0.5" : "0.5", kFaintInk);
  }
  script += point_labels(plot, x, y);
  std::string bands, lines;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const Curve& curve = plot.curves[i];
    script += data_block(i, curve, plot);
    if (!curve.low.empty())
      bands += fmt::format(
          "$curve{} using 1:3:4 with filledcurves fs transparent solid 0.2 noborder lc '{}' notitle, ", i,
          colour(i));
    // Twins lie on one another: the first is drawn wide, so that it shows under the second.
    const std::string style =
        curve.labels.empty()
            ? fmt::format("with {} lw {} {} {}", plot.points && !curve.dashed ? "linespoints" : "lines",
                          i % 2 == 0 && !curve.dashed ? 4 : 1.5, curve.dashed ? "dt 2" : "",
                          plot.points && !curve.dashed ? "pt 7 ps 0.6" : "")
            : "with points pt 7 ps 0.8";
    lines += fmt::format("{}$curve{} using 1:2 {} lc '{}' title {}", i ? ", " : "", i, style, colour(i),
                         literal(curve.title));
  }
  return script + "plot " + bands + lines + "\n";
}

std::string box_plot(const Plot& plot, Language language) {
  const double width = 0.8 / static_cast<double>(plot.curves.size());
  std::string script = fmt::format(
      "set style boxplot outliers pointtype 7\nset style fill solid 0.35 border\nset boxwidth {:.3g}\n"
      "set pointsize 0.35\nset xrange [-0.6:{:.1f}]\n",
      0.85 * width, static_cast<double>(plot.categories.size()) - 0.4);
  script += gnuplot::category_names(plot.categories);
  if (plot.log_y) script += logarithmic_scale(axis_of(plot, false), language);
  std::string drawing;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    std::string title = literal(plot.curves[i].title);  // once, though each category is drawn by itself
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

// gnuplot lets a key that is too wide run out of the picture.
std::size_t key_columns(const Plot& plot) {
  constexpr std::size_t kColumns = 54, kSample = 7;
  std::size_t widest = 0;
  for (const Curve& curve : plot.curves) widest = std::max(widest, display_width(curve.title));
  return std::max<std::size_t>(1, kColumns / (widest + kSample));
}

std::string script_of(const Plot& plot, Language language, const std::filesystem::path& output) {
  constexpr int kRowHeight = 30, kAroundRows = 150, kFewestRows = 3;
  const std::size_t columns = key_columns(plot), key_rows = (plot.curves.size() + columns - 1) / columns;
  const int height =
      plot.map ? kAroundRows + kRowHeight * std::max(kFewestRows, static_cast<int>(plot.map->rows.size()))
               : gnuplot::kHeight + 20 * static_cast<int>(key_rows > 1 ? key_rows - 1 : 0);
  std::string script = fmt::format(
      "set encoding utf8\nset terminal svg size {},{} font 'sans-serif,16' background '{}' linewidth 1.5\n"
      "set decimalsign '{}'\nset output {}\nset title {} noenhanced\n"
      "set xlabel {} noenhanced offset 0,0.4\nset ylabel {} noenhanced\n"
      "set grid lc '{}'\nset border 3 lc '{}'\nset tics nomirror\nset rmargin 3\n"
      "set key bmargin center horizontal reverse Left samplen 2 height 0.8 maxcols {} noenhanced\n",
      gnuplot::kWidth, height, kPaper, language == Language::english ? '.' : ',', literal(output.string()),
      literal(wrapped(plot.title, 52)), literal(wrapped(plot.x_label, 52)),
      literal(wrapped(plot.y_label, 22)), kGrid, kFaintInk, columns);
  if (plot.map) return script + gnuplot::heat_map(*plot.map, language);
  if (plot.curves.size() == 1) script += "unset key\n";  // the title says it
  if (plot.categories.empty()) return script + line_plot(plot, language);
  return script +
         (plot.curves.at(0).samples.empty() ? gnuplot::bar_chart(plot, language) : box_plot(plot, language));
}

void run_gnuplot(const std::filesystem::path& script) {
  const Finished finished = run_program({"gnuplot", script.string()}, "install gnuplot-nox");
  if (finished.code != 0)
    throw MachineError("gnuplot could not draw a picture", script.string(), finished.err);
}

// Bars of zero show as what they are: "0".
std::size_t left_out(const Plot& plot) {
  const auto lost = [](double value, bool logarithmic) {
    return std::isfinite(value) && !shown(value, logarithmic);
  };
  std::size_t count = 0;
  for (const Curve& curve : plot.curves) {
    for (std::size_t i = 0; i < curve.x.size(); ++i)
      count += lost(curve.x[i], plot.log_x) || lost(curve.y.at(i), plot.log_y);
    for (const std::vector<double>& sample : curve.samples)
      for (const double value : sample) count += lost(value, plot.log_y);
  }
  return count;
}

}  // namespace

std::string draw_svg(const Plot& plot, Language language) {
  const TemporaryFolder folder;
  const std::filesystem::path svg = folder / "plot.svg";
  run_gnuplot(write_file(folder / "plot.gp", script_of(plot, language, svg)));
  return light_and_dark(read_file(svg), plot.map ? gnuplot::map_tints() : std::vector<Tint>());
}

std::vector<std::string> notes_on(const Plot& plot, Language language) {
  std::vector<std::string> notes;
  if (const std::size_t count = left_out(plot); count > 0)
    notes.push_back(
        count == 1
            ? say(language, "1 value is left out: a logarithmic axis cannot show zero or less.")
            : say(language, "{} values are left out: a logarithmic axis cannot show zero or less.", count));
  if (plot.map && std::count(plot.map->doubtful.begin(), plot.map->doubtful.end(), true) > 0)
    notes.push_back(say(language, "An asterisk marks what noise makes doubtful."));
  return notes;
}

}  // namespace twin::reports
