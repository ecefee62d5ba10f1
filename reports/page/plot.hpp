// Pictures, drawn by gnuplot as SVG.
#pragma once

#include <string>
#include <vector>

namespace twin::reports {

struct Curve {
  std::string title;
  std::vector<double> x, y;  // of the same length; x is left empty in a bar chart
};

struct Plot {
  std::string title, x_label, y_label;
  bool log_x = false, log_y = false;
  bool points = false;  // mark the values, for few of them
  std::vector<Curve> curves;
  std::vector<std::string> categories = {};  // not empty: a bar chart, a y of each curve for each of them
};

/// Throws MachineError when gnuplot is missing or refuses. Values that a logarithmic axis cannot show (zero,
/// say) are left out; long curves are thinned to what a picture can show.
std::string draw_svg(const Plot& plot);

}  // namespace twin::reports
