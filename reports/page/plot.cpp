#include "reports/page/plot.hpp"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

constexpr std::size_t kMostPoints = 400;

// Okabe and Ito's colours, told apart by colour-blind readers too.
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return result + "\"";
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
    const double position = plot.log_x && last > 0 ? std::pow(last + 1, share) - 1 : share * last;
    const auto i = static_cast<std::size_t>(std::llround(position));
    if (i == previous) continue;
    previous = i;
    if ((plot.log_x && !(curve.x[i] > 0)) || (plot.log_y && !(curve.y[i] > 0))) continue;
    block += fmt::format("{:.9g} {:.9g}\n", curve.x[i], curve.y[i]);
  }
  return block + "END\n";
}

std::string bar_block(std::size_t index, const Curve& curve, const Plot& plot) {
  std::string block = fmt::format("$curve{} << END\n", index);
  for (std::size_t i = 0; i < plot.categories.size(); ++i)
    block += fmt::format("{} {:.9g}\n", quoted(plot.categories[i]), curve.y.at(i));
  return block + "END\n";
}

std::string script_of(const Plot& plot, const std::filesystem::path& output) {
  std::string script = fmt::format(
      "set terminal svg size 720,420 font 'sans-serif,14' background '#ffffff' linewidth 1.5\n"
      "set output {}\nset title {} noenhanced\nset xlabel {} noenhanced\nset ylabel {} noenhanced\n"
      "set grid lc '#dddddd'\nset border 3 lc '#444444'\nset tics nomirror\nset key top right noenhanced\n",
      quoted(output.string()), quoted(plot.title), quoted(plot.x_label), quoted(plot.y_label));
  if (plot.curves.size() == 1) script += "unset key\n";  // the title says it
  if (plot.log_x) script += "set logscale x\n";
  if (plot.log_y) script += "set logscale y\nset format y '10^{%L}'\n";
  std::string drawing;
  if (!plot.categories.empty()) {
    script +=
        "set style data histogram\nset style fill solid 0.9 noborder\nset boxwidth 0.9\nset xtics font "
        "',12'\nset yrange [0:*]\n";
    for (std::size_t i = 0; i < plot.curves.size(); ++i) {
      script += bar_block(i, plot.curves[i], plot);
      drawing += fmt::format("{}$curve{} using 2:xtic(1) lc '{}' title {}", i ? ", " : "", i,
                             kColours[i % std::size(kColours)], quoted(plot.curves[i].title));
    }
    return script + "plot " + drawing + "\n";
  }
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    script += data_block(i, plot.curves[i], plot);
    // Twins lie on one another: the first is drawn wide, so that it shows under the second.
    drawing +=
        fmt::format("{}$curve{} with {} lc '{}' lw {} {} title {}", i ? ", " : "", i,
                    plot.points ? "linespoints" : "lines", kColours[i % std::size(kColours)],
                    i % 2 == 0 ? 4 : 1.5, plot.points ? "pt 7 ps 0.6" : "", quoted(plot.curves[i].title));
  }
  return script + "plot " + drawing + "\n";
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
